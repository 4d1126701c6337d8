using System.Net;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests of a pool that are split between pools, on real sockets.</summary>
public sealed class SplitTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_ByKey_GoToOnePoolEachAndAreCounted(bool direct)
    {
        await using Backend stable = await Backend.Start("stable"), canary = await Backend.Start("canary");
        await using ProxyHost proxy = await Start(direct);
        Split(proxy, weight: 25);
        Publish(proxy, stable, canary);
        using var meter = new MeterReadings(proxy.Services);

        Dictionary<string, string> first = await Nodes(proxy), second = await Nodes(proxy);

        Assert.Equal(first, second);
        int onCanary = first.Values.Count(node => node == "canary");
        Assert.InRange(onCanary, 5, 40);
        await meter.AssertReads("hashbalancer.splits", $"pool=items,to=canary,reason=weight {2 * onCanary}", $"pool=items,to=items,reason=weight {2 * (100 - onCanary)}");
        // Each pool's requests are its own.
        await meter.AssertReads("hashbalancer.requests", $"pool=canary,node=canary,code=2xx {2 * onCanary}", $"pool=items,node=stable,code=2xx {2 * (100 - onCanary)}");

        Split(proxy, weight: 100);
        Dictionary<string, string> raised = await Nodes(proxy);
        Assert.All(first.Where(key => key.Value == "canary"), key => Assert.Equal("canary", raised[key.Key]));
        Assert.True(raised.Values.Count(node => node == "canary") > onCanary);
    }

    [Fact]
    public async Task Request_WithTheHeader_GoesThereWhateverItsKey()
    {
        await using Backend stable = await Backend.Start("stable"), canary = await Backend.Start("canary");
        await using ProxyHost proxy = await Start();
        Split(proxy, weight: 0);
        Publish(proxy, stable, canary);
        using var meter = new MeterReadings(proxy.Services);

        Assert.Equal("stable", await proxy.NodeFor("/items/1", ("X-Key", "a")));
        Assert.Equal("canary", await proxy.NodeFor("/items/1", ("X-Key", "a"), ("X-Canary", "yes")));

        await meter.AssertReads("hashbalancer.splits", "pool=items,to=canary,reason=header 1", "pool=items,to=items,reason=weight 1");
    }

    [Fact]
    public async Task OtherPool_HasNoNode_RequestsStay()
    {
        await using Backend stable = await Backend.Start("stable");
        await using ProxyHost proxy = await Start();
        Split(proxy, weight: 100);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", stable)), PoolViews.Of("canary", proxy.Node("canary", "down", 1, NodeState.Down)));
        using var meter = new MeterReadings(proxy.Services);

        Assert.Equal("stable", await proxy.NodeFor("/items/1", ("X-Canary", "yes")));

        await meter.AssertReads("hashbalancer.splits", "pool=items,to=items,reason=unavailable 1");
    }

    [Fact]
    public async Task OtherPool_HasItsOwnRules_TheyHold()
    {
        await using Backend stable = await Backend.Start("stable"), canary = await Backend.Start("canary");
        await using ProxyHost proxy = await Start();
        Split(proxy, weight: 0, new RateLimitPolicy { PerSecond = 0.001, Burst = 1 });
        Publish(proxy, stable, canary);

        Assert.Equal("canary", await proxy.NodeFor("/items/1", ("X-Key", "a"), ("X-Canary", "yes")));
        using HttpResponseMessage refused = await proxy.Get("/items/1", ("X-Key", "a"), ("X-Canary", "yes"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("stable", await proxy.NodeFor("/items/1", ("X-Key", "a")));
    }

    private static Task<ProxyHost> Start(bool direct = true) =>
        ProxyHost.Start(new() { ["items"] = ["header:X-Key"], ["canary"] = ["header:X-Key"] }, forwardsDirectly: direct);

    private static void Split(ProxyHost proxy, double weight, RateLimitPolicy? limit = null) => proxy.ReplacePolicies(new()
    {
        ["items"] = ProxyHost.Policy("header:X-Key") with
        {
            Split = new TrafficSplit("items", new Dictionary<string, SplitTarget> { ["canary"] = new() { Weight = weight, Header = "X-Canary", Value = "yes" } }),
        },
        ["canary"] = ProxyHost.Policy("header:X-Key") with { RateLimit = limit },
    });

    private static void Publish(ProxyHost proxy, Backend stable, Backend canary) =>
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", stable)), PoolViews.Of("canary", proxy.Node("canary", canary)));

    private static async Task<Dictionary<string, string>> Nodes(ProxyHost proxy)
    {
        Dictionary<string, string> nodes = [];
        for (int i = 0; i < 100; i++)
            nodes.Add($"key-{i}", await proxy.NodeFor("/items/1", ("X-Key", $"key-{i}")));
        return nodes;
    }
}
