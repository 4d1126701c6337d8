using System.Net;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>What a new snapshot changes for requests, and what it leaves alone.</summary>
public sealed class MembershipTests
{
    [Fact]
    public async Task Snapshot_NodeGone_MovesOnlyItsKeysAndReturningBringsThemHome()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b"), c = await Backend.Start("c");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-User-Id"] });

        proxy.Publish("items", a, b, c);
        string[] before = await OwnersOf100Users(proxy);
        proxy.Publish("items", a, c);
        string[] without = await OwnersOf100Users(proxy);
        proxy.Publish("items", a, b, c);
        string[] after = await OwnersOf100Users(proxy);

        Assert.Contains("b", before);
        Assert.All(before.Zip(without), owners => Assert.True(owners.First == "b" ? owners.Second != "b" : owners.Second == owners.First));
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Snapshot_NodeDraining_GetsNoNewRequest()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-User-Id"] });

        proxy.Publish(PoolViews.Of("items", proxy.Node("items", a), proxy.Node("items", "b", b.Port, NodeState.Draining)));

        Assert.Equal(["a"], (await OwnersOf100Users(proxy)).Distinct());
    }

    [Fact]
    public async Task Snapshot_SameIdAtAnotherAddress_IsFollowed()
    {
        await using Backend before = await Backend.Start("before"), after = await Backend.Start("after");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });

        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", before.Port)));
        Assert.Equal("before", await proxy.NodeFor("/items/1"));
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", after.Port)));
        Assert.Equal("after", await proxy.NodeFor("/items/1"));
    }

    [Fact]
    public async Task Snapshot_NodeGoneWhileItAnswers_FinishesTheRequest()
    {
        var release = new TaskCompletionSource();
        await using Backend slow = await Backend.Start("slow", async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("slow");
        });
        await using Backend other = await Backend.Start("other");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.Publish("items", slow);

        Task<string> answer = proxy.NodeFor("/items/1");
        await Testing.Eventually.IsTrue(() => !slow.Paths.IsEmpty, "the request reaches the node");
        proxy.Publish("items", other);
        Assert.Equal("other", await proxy.NodeFor("/items/1"));
        release.SetResult();

        Assert.Equal("slow", await answer);
        await Testing.Eventually.IsTrue(() => proxy.Loads.Of("items", "slow") is { InFlight: 0, Completed: 1, Failed: 0 }, "the request ends well");
    }

    [Fact]
    public async Task Snapshot_Changes_LeaveYarpsConfigurationAlone()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        IProxyStateLookup state = proxy.Services.GetRequiredService<IProxyStateLookup>();
        Assert.True(state.TryGetCluster("items", out ClusterState? cluster));
        ClusterModel model = cluster.Model;

        proxy.Publish("items", a);
        using HttpResponseMessage one = await proxy.Get("/items/1");
        proxy.Publish("items", b);
        using HttpResponseMessage two = await proxy.Get("/items/1");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (one.StatusCode, two.StatusCode));
        Assert.True(state.TryGetCluster("items", out ClusterState? same));
        Assert.Same(cluster, same);
        Assert.Same(model, same.Model);
        Assert.Empty(same.Destinations);
    }

    private static Task<string[]> OwnersOf100Users(ProxyHost proxy) =>
        Task.WhenAll(Enumerable.Range(0, 100).Select(user => proxy.NodeFor("/items/1", ("X-User-Id", $"user-{user}"))));
}
