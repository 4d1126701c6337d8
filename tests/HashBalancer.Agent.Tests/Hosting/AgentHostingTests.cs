using HashBalancer.Consul.Models;
using HashBalancer.Consul.Tests;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Agent.Tests.Hosting;

/// <summary>A real ASP.NET Core application with the agent in it.</summary>
public sealed class AgentHostingTests : IAsyncLifetime
{
    private readonly FakeAgentApi _api = new();
    private FakeConsul _consul = null!;

    public async ValueTask InitializeAsync() => _consul = await FakeConsul.StartAsync(_api.AnswerAsync);

    public ValueTask DisposeAsync() => _consul.DisposeAsync();

    [Fact]
    public async Task App_Started_IsRegisteredUnderThePortItGot()
    {
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Drain.MinTime = TimeSpan.Zero;
        }));
        await app.StartAsync();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
        Assert.Equal(new Uri(app.Urls.Single()).Port, _api.Services["web-1"].Port);
        Assert.Equal("127.0.0.1", _api.Services["web-1"].Address);
        await app.StopAsync();
    }

    [Fact]
    public async Task App_Stopping_IsOutOfTheRegistryWhileItStillListens()
    {
        bool answeredWhileDeregistering = false;
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Drain.MinTime = TimeSpan.Zero;
        }));
        await app.StartAsync();
        string url = app.Urls.Single();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
        _api.Fault = async c =>
        {
            if (c.Request.Path.StartsWithSegments("/v1/agent/service/deregister"))
            {
                using var http = new HttpClient();
                answeredWhileDeregistering = await http.GetStringAsync(url) == "hello";
            }

            return false;
        };
        await app.StopAsync();
        Assert.True(answeredWhileDeregistering);
        Assert.Empty(_api.Services);
    }

    [Fact]
    public async Task App_StoppingWithARequestInFlight_IsInMaintenanceUntilItHasFinished()
    {
        var arrived = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Drain.MinTime = TimeSpan.Zero;
        }));
        app.MapGet("/slow", async () =>
        {
            arrived.SetResult();
            await finish.Task;
            return "done";
        });
        await app.StartAsync();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Task<string> slow = http.GetStringAsync("/slow");
        await arrived.Task;
        Task stopping = app.StopAsync();
        await Eventually.IsTrue(() => _api.Maintenance.ContainsKey("web-1"), "maintenance");
        // The registry's answer may still be on its way to the agent, which closes connections from then on.
        await Eventually.IsTrue(
            async () =>
            {
                using HttpResponseMessage late = await http.GetAsync("/");
                Assert.True(late.IsSuccessStatusCode);
                return late.Headers.ConnectionClose == true;
            },
            "connections end with their answers");
        Assert.True(_api.Services.ContainsKey("web-1"));
        finish.SetResult();
        Assert.Equal("done", await slow);
        await stopping;
        Assert.Empty(_api.Services);
    }

    [Fact]
    public async Task App_RequestThatNeverEnds_IsWaitedForNoLongerThanSet()
    {
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Drain.MinTime = TimeSpan.Zero;
            o.Drain.Timeout = TimeSpan.FromMilliseconds(200);
        }));
        var arrived = new TaskCompletionSource();
        app.MapGet("/forever", async (CancellationToken gone) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        });
        await app.StartAsync();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Task forever = http.GetStringAsync("/forever");
        await arrived.Task;
        using var hostLimit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(hostLimit.Token).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(_api.Services);
        await Assert.ThrowsAnyAsync<Exception>(() => forever);
    }

    [Fact]
    public async Task App_Response_CarriesTheLoad()
    {
        await using WebApplication app = App(services =>
        {
            services.AddSingleton<IUtilisationSource>(new FixedUtilisation(0.375));
            services.AddHashBalancerAgent(o =>
            {
                o.Service = "web";
                o.Id = "web-1";
                o.Consul.Address = _consul.Address;
                o.Drain.Enabled = false;
                o.Load.Interval = TimeSpan.FromMilliseconds(100);
            });
        });
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        string? header = null;
        await Eventually.IsTrue(
            async () =>
            {
                using HttpResponseMessage response = await http.GetAsync("/");
                header = response.Headers.TryGetValues("endpoint-load-metrics", out IEnumerable<string>? values) ? values.Single() : null;
                return header is not null && !header.Contains("rps_fractional=0,", StringComparison.Ordinal);
            },
            "a report that counts requests");
        Assert.Matches(@"^TEXT cpu_utilization=[0-9.]+,mem_utilization=0\.[0-9]+,rps_fractional=[0-9.]+,application_utilization=0\.375$", header);
        await app.StopAsync();
        Assert.Empty(_api.Services);
    }

    [Fact]
    public async Task App_ResponseHeaderOff_IsNotSent()
    {
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Check.Ttl = TimeSpan.FromSeconds(1);
            o.Drain.Enabled = false;
            o.Load.Interval = TimeSpan.FromMilliseconds(100);
            o.Load.ResponseHeader = false;
        }));
        await app.StartAsync();
        await Eventually.IsTrue(
            () => _api.Reports.TryGetValue("service:web-1", out AgentCheckUpdate? report) && report.Output!.Contains("mem_utilization=0.", StringComparison.Ordinal),
            "a heartbeat with a measured load");
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using HttpResponseMessage response = await http.GetAsync("/");
        Assert.False(response.Headers.Contains("endpoint-load-metrics"));
        await app.StopAsync();
    }

    [Fact]
    public async Task App_RegistryHangsAtStop_StopsWithinTheTimeSet()
    {
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Service = "web";
            o.Id = "web-1";
            o.Consul.Address = _consul.Address;
            o.Drain.MinTime = TimeSpan.Zero;
            o.DeregisterTimeout = TimeSpan.FromMilliseconds(50);
        }));
        await app.StartAsync();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
        _api.Fault = async c =>
        {
            await FakeConsul.Hang(c);
            return true;
        };
        await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task App_FromConfiguration_BindsEveryKey()
    {
        await using WebApplication app = App(
            services => { },
            new()
            {
                ["HashBalancer:Agent:Service"] = "web",
                ["HashBalancer:Agent:Id"] = "web-7",
                ["HashBalancer:Agent:Tags:0"] = "blue",
                ["HashBalancer:Agent:Zone"] = "z1",
                ["HashBalancer:Agent:Weight"] = "4",
                ["HashBalancer:Agent:Check:Ttl"] = "00:00:09",
                ["HashBalancer:Agent:Capacity:cpu"] = "2.5",
                ["HashBalancer:Agent:Load:ConcurrencyLimit"] = "8",
                ["HashBalancer:Agent:Drain:MinTime"] = "00:00:00",
                ["HashBalancer:Agent:Consul:Address"] = _consul.Address,
            });
        await app.StartAsync();
        await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-7"), "the first report");
        Assert.Equal("9s", _api.Services["web-7"].Checks![0].TTL!.Value.ToString());
        Assert.Equal("z1", _api.Services["web-7"].Meta!["zone"]);
        Assert.Equal("2.5", _api.Services["web-7"].Meta!["capacity-cpu"]);
        Assert.Equal(4, _api.Services["web-7"].Weights!.Passing);
        Assert.Equal(["blue"], _api.Services["web-7"].Tags);
        await app.StopAsync();
    }

    [Fact]
    public async Task App_TokenInTheEnvironment_IsUsed()
    {
        Environment.SetEnvironmentVariable("CONSUL_HTTP_TOKEN", "from-environment");
        try
        {
            await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
            {
                o.Service = "web";
                o.Id = "web-1";
                o.Consul.Address = _consul.Address;
                o.Drain.Enabled = false;
            }));
            await app.StartAsync();
            await Eventually.IsTrue(() => _api.Passes.ContainsKey("service:web-1"), "the first report");
            await app.StopAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("CONSUL_HTTP_TOKEN", null);
        }

        Assert.All(_consul.Seen, request => Assert.Equal("from-environment", request.Token));
    }

    [Fact]
    public async Task App_WrongOptions_DoesNotStartAndListsEveryFault()
    {
        await using WebApplication app = App(services => services.AddHashBalancerAgent(o =>
        {
            o.Id = "a b";
            o.Weight = 0;
        }));
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.Equal(
            [
                "HashBalancer:Agent:Service: '' is not allowed; allowed: 1 to 255 characters.",
                "HashBalancer:Agent:Id: 'a b' is not allowed; allowed: 1 to 255 of letters, digits and ._:-.",
                "HashBalancer:Agent:Weight: '0' is not allowed; allowed: 1 to 65535.",
            ],
            error.Failures);
    }

    [Fact]
    public async Task App_UnknownConfigurationKey_DoesNotStart()
    {
        await using WebApplication app = App(
            services => { },
            new() { ["HashBalancer:Agent:Service"] = "web", ["HashBalancer:Agent:Wieght"] = "1" });
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("'Wieght'", error.Message, StringComparison.Ordinal);
    }

    private static WebApplication App(Action<IServiceCollection> configure, Dictionary<string, string?>? configuration = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder.Services);
        if (configuration is not null)
        {
            builder.Configuration.AddInMemoryCollection(configuration);
            builder.Services.AddHashBalancerAgent(builder.Configuration.GetSection(AgentOptions.Section));
        }

        WebApplication app = builder.Build();
        app.MapGet("/", () => "hello");
        return app;
    }

    private sealed class FixedUtilisation(double value) : IUtilisationSource
    {
        public double Utilisation => value;
    }
}
