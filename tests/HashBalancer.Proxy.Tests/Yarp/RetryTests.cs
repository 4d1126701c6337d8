using System.Net;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests whose first node fails, on real sockets.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Request_OwnerRefusesConnections_IsServedByTheSuccessor(string method)
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy(), port, good.Port);

        using HttpResponseMessage response = await Send(proxy, method, KeyOf(proxy, "bad"), "hello");

        Assert.Equal((HttpStatusCode.OK, $"{method} hello"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(1, proxy.Loads.Of("items", "bad").Failed);
    }

    [Theory]
    [InlineData("PUT", 65536, true)]
    [InlineData("PUT", 4, false)]
    [InlineData("POST", 65536, false)]
    public async Task Request_OwnerBreaksOff_IsSentAgainWhenThatIsSafeWithTheWholeBody(string method, int buffered, bool served)
    {
        await using var breaking = new RawServer("");
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy { MaxBufferedBody = buffered }, breaking.Port, good.Port);

        using HttpResponseMessage response = await Send(proxy, method, KeyOf(proxy, "bad"), "hello");

        Assert.Equal(served ? HttpStatusCode.OK : HttpStatusCode.BadGateway, response.StatusCode);
        if (served)
            Assert.Equal("PUT hello", await response.Content.ReadAsStringAsync());
        Assert.Equal(served ? 1 : 0, good.Paths.Count);
    }

    [Fact]
    public async Task Request_OwnerBreaksOffWithTheWholeBody_IsSentAgainWhole()
    {
        await using Backend breaking = await Backend.Start("bad", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Abort();
        });
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy(), breaking.Port, good.Port);

        using HttpResponseMessage response = await Send(proxy, "PUT", KeyOf(proxy, "bad"), "hello");

        Assert.Equal("PUT hello", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Request_OwnerHangs_IsSentAgainAfterTheTrysTime()
    {
        await using Backend hanging = await Backend.Start("bad", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy { TryTimeout = TimeSpan.FromMilliseconds(200) }, hanging.Port, good.Port);

        using HttpResponseMessage response = await Send(proxy, "GET", KeyOf(proxy, "bad"), "hello");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, proxy.Loads.Of("items", "bad").Failed);
    }

    [Fact]
    public async Task Request_TotalTimeIsOver_Is504AndNotSentAgain()
    {
        await using Backend hanging = await Backend.Start("bad", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy { TotalTimeout = TimeSpan.FromMilliseconds(200) }, hanging.Port, good.Port);

        using HttpResponseMessage response = await Send(proxy, "GET", KeyOf(proxy, "bad"), "hello");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Empty(good.Paths);
    }

    [Fact]
    public async Task Request_OneTryAllowed_IsNotSentAgain()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        await using Backend good = await Backend.Start("good", Echo);
        await using ProxyHost proxy = await Items(new RetryPolicy { MaxTries = 1 }, port, good.Port);

        using HttpResponseMessage response = await Send(proxy, "GET", KeyOf(proxy, "bad"), "");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Empty(good.Paths);
    }

    [Fact]
    public async Task Node_AnswersErrors_IsEjectedAndGetsProbesOnly()
    {
        var time = new ManualTimeProvider();
        await using Cluster cluster = await Cluster.Start(bad: 1, new OutlierPolicy(), time);
        string key = KeyOf(cluster.Proxy, "bad-0");

        for (int i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.InternalServerError, await cluster.Get(key));
        await Eventually.IsTrue(() => !cluster.HealthOf("bad-0").IsSound, "the node is ejected");
        for (int i = 0; i < 100; i++)
            Assert.Equal(HttpStatusCode.OK, await cluster.Get(key));
        Assert.Equal(5, cluster.RequestsTo("bad-0"));

        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.InternalServerError, await cluster.Get(key));
        for (int i = 0; i < 100; i++)
            Assert.Equal(HttpStatusCode.OK, await cluster.Get(key));
        Assert.Equal(6, cluster.RequestsTo("bad-0"));
    }

    [Fact]
    public async Task Pool_MostNodesBad_PanicsAndServesByKeyAgain()
    {
        await using Cluster cluster = await Cluster.Start(bad: 3, new OutlierPolicy { MaxEjectedShare = 1 }, new ManualTimeProvider());
        PoolRuntime runtime = cluster.Runtime;

        for (int node = 0; node < 3; node++)
        {
            for (int i = 0; i < 5; i++)
                await cluster.Get(KeyOf(cluster.Proxy, $"bad-{node}"));
        }

        await Eventually.IsTrue(() => runtime.IsPanicking, "the pool panics");
        int before = cluster.RequestsTo("bad-1");
        Assert.Equal(HttpStatusCode.InternalServerError, await cluster.Get(KeyOf(cluster.Proxy, "bad-1")));
        Assert.Equal(before + 1, cluster.RequestsTo("bad-1"));
        Assert.Equal(HttpStatusCode.OK, await cluster.Get(KeyOf(cluster.Proxy, "good-0")));
    }

    private static async Task Echo(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        await context.Response.WriteAsync($"{context.Request.Method} {body}");
    }

    private static async Task<ProxyHost> Items(RetryPolicy retry, int bad, int good)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-Key"] });
        proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal)
        {
            ["items"] = ProxyHost.Policy("header:X-Key") with { Retry = retry },
        });
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "bad", bad), proxy.Node("items", "good", good)));
        return proxy;
    }

    private static string KeyOf(ProxyHost proxy, string node) =>
        Enumerable.Range(0, 1000).Select(i => $"key-{i}").First(key => proxy.OwnerOf("items", key) == node);

    private static Task<HttpResponseMessage> Send(ProxyHost proxy, string method, string key, string body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/items/1") { Content = new StringContent(body) };
        request.Headers.Add("X-Key", key);
        return proxy.Client.SendAsync(request);
    }

    private sealed class Cluster(ProxyHost proxy, Backend[] backends) : IAsyncDisposable
    {
        public ProxyHost Proxy => proxy;

        public PoolRuntime Runtime => proxy.Services.GetRequiredService<PoolPolicies>().TryGetPool("items", out Pool? pool) ? pool.Runtime : throw new InvalidOperationException("No pool.");

        public static async Task<Cluster> Start(int bad, OutlierPolicy outliers, TimeProvider time)
        {
            ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-Key"] }, configure: services => services.AddSingleton(time));
            proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal)
            {
                ["items"] = ProxyHost.Policy("header:X-Key") with { Outliers = outliers },
            });
            Backend[] backends = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => i < bad
                ? Backend.Start($"bad-{i}", context =>
                {
                    context.Response.StatusCode = 500;
                    return Task.CompletedTask;
                })
                : Backend.Start($"good-{i - bad}")));
            proxy.Publish("items", backends);
            return new Cluster(proxy, backends);
        }

        public async Task<HttpStatusCode> Get(string key)
        {
            using HttpResponseMessage response = await proxy.Get("/items/1", ("X-Key", key));
            return response.StatusCode;
        }

        public NodeHealth HealthOf(string id) => NodeRuntime.Of(proxy.Services.GetRequiredService<SnapshotStore>().Current.Pools["items"].Nodes.Single(n => n.Id == id)).Health;

        public int RequestsTo(string id) => backends.Single(b => b.Name == id).Paths.Count;

        public async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            foreach (Backend backend in backends)
                await backend.DisposeAsync();
        }
    }
}
