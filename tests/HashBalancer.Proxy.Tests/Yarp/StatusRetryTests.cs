using System.Net;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests whose first node answers with a status that is retried, on real sockets and on both paths.</summary>
public sealed class StatusRetryTests
{
    [Theory]
    [InlineData("GET", "", true)]
    [InlineData("GET", "", false)]
    [InlineData("PUT", "hello", true)]
    [InlineData("PUT", "hello", false)]
    [InlineData("DELETE", "", true)]
    public async Task Answer_WithTheStatus_IsDroppedAndTheSuccessorServes(string method, string body, bool direct)
    {
        await using Bed bed = await Bed.Start(direct, Answer(503), Echo);

        using HttpResponseMessage response = await bed.Send(method, body);

        Assert.Equal((HttpStatusCode.OK, $"{method} {body}"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("X-Node"));
        await bed.Meter.AssertReads("hashbalancer.retries", "pool=items,result=retried 1");
        await bed.Meter.AssertReads("hashbalancer.requests", "pool=items,node=first,code=5xx 1", "pool=items,node=second,code=2xx 1");
    }

    [Theory]
    [InlineData("POST", 503, 3, "unsafe")]
    [InlineData("GET", 503, 1, null)]
    [InlineData("GET", 500, 3, null)]
    public async Task Answer_ThatMayNotBeDropped_IsPassedWhole(string method, int status, int tries, string? verdict)
    {
        await using Bed bed = await Bed.Start(direct: true, Answer(status), Echo, new RetryPolicy { Statuses = [502, 503], MaxTries = tries });

        using HttpResponseMessage response = await bed.Send(method, "");

        Assert.Equal(((HttpStatusCode)status, "sorry"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(["first"], response.Headers.GetValues("X-Node"));
        await bed.Meter.AssertReads("hashbalancer.retries", verdict is null ? [] : [$"pool=items,result={verdict} 1"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_AllWithTheStatus_TheLastIsPassed(bool direct)
    {
        await using Bed bed = await Bed.Start(direct, Answer(503), Answer(502));

        using HttpResponseMessage response = await bed.Send("GET", "");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("sorry", await response.Content.ReadAsStringAsync());
        await bed.Meter.AssertReads("hashbalancer.retries", "pool=items,result=no-successor 1", "pool=items,result=retried 1");
    }

    [Fact]
    public async Task Answers_BeyondTheBudget_ArePassed()
    {
        await using Bed bed = await Bed.Start(direct: true, Answer(503), Echo, new RetryPolicy { Statuses = [503], BudgetShare = 0, BudgetPerSecond = 0 });

        int dropped = 0;
        for (int i = 0; i < 60; i++)
        {
            using HttpResponseMessage response = await bed.Send("GET", "");
            dropped += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        // What a pool begins with.
        Assert.Equal(50, dropped);
        await bed.Meter.AssertReads("hashbalancer.retries", "pool=items,result=over-budget 10", "pool=items,result=retried 50");
    }

    [Fact]
    public async Task Answer_LongAndEndless_IsDroppedWithItsConnection()
    {
        await using Bed bed = await Bed.Start(direct: true, async context =>
        {
            context.Response.StatusCode = 503;
            byte[] piece = new byte[16 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        }, Echo);

        using HttpResponseMessage response = await bed.Send("GET", "");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public void Validate_StatusOutOfRange_IsNamed() =>
        Assert.Equal(["k:Statuses:1: is 200, but must be 400 to 599."], new RetryPolicy { Statuses = [503, 200] }.Validate("k"));

    private static RequestDelegate Answer(int status) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Node"] = "first";
        await context.Response.WriteAsync("sorry");
    };

    private static async Task Echo(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync($"{context.Request.Method} {await reader.ReadToEndAsync()}");
    }

    private sealed class Bed(ProxyHost proxy, Backend first, Backend second, string key) : IAsyncDisposable
    {
        public MeterReadings Meter { get; } = new(proxy.Services);

        public static async Task<Bed> Start(bool direct, RequestDelegate first, RequestDelegate second, RetryPolicy? retry = null)
        {
            Backend one = await Backend.Start("first", first), other = await Backend.Start("second", second);
            ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-Key"] }, forwardsDirectly: direct,
                configure: direct ? null : services => services.AddSingleton(new ForwardingSettings { Mode = ForwardingMode.Stock }));
            proxy.ReplacePolicies(new()
            {
                ["items"] = ProxyHost.Policy("header:X-Key") with { Retry = retry ?? new RetryPolicy { Statuses = [502, 503] }, Outliers = new OutlierPolicy { Enabled = false } },
            });
            proxy.Publish("items", one, other);
            return new Bed(proxy, one, other, Enumerable.Range(0, 1000).Select(i => $"key-{i}").First(key => proxy.OwnerOf("items", key) == "first"));
        }

        public Task<HttpResponseMessage> Send(string method, string body)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "/items/1") { Content = body.Length == 0 ? null : new StringContent(body) };
            request.Headers.Add("X-Key", key);
            return proxy.Client.SendAsync(request);
        }

        public async ValueTask DisposeAsync()
        {
            Meter.Dispose();
            await proxy.DisposeAsync();
            await first.DisposeAsync();
            await second.DisposeAsync();
        }
    }
}
