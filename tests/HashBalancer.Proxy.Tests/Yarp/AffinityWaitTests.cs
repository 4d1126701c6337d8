using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests through Kestrel and YARP for one key, whose node answers when the test lets it.</summary>
public sealed class AffinityWaitTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IAsyncDisposable> _running = [];

    public async ValueTask DisposeAsync()
    {
        _answer.TrySetResult();
        foreach (IAsyncDisposable one in Enumerable.Reverse(_running))
            await one.DisposeAsync();
    }

    [Fact]
    public async Task Request_OwnerGetsRoomWithinTheWait_IsServedThere()
    {
        (ProxyHost proxy, string owner, Task<string> first) = await BusyOwner(TimeSpan.FromSeconds(10));
        Pool pool = PoolOf(proxy);

        Task<string> second = Ask(proxy);
        await Eventually.IsTrue(() => pool.Runtime.Affinity.Count == 1, "the second request waits");
        _answer.SetResult();

        Assert.Equal([owner, owner], await Task.WhenAll(first, second));
        Assert.Equal((1, 1, 0), (pool.Runtime.Of(SelectionReason.Waited), pool.Runtime.Of(WaitVerdict.Owner), pool.Runtime.Of(SelectionReason.Spill)));
    }

    [Fact]
    public async Task Request_WaitIsOver_SpillsToTheSuccessor()
    {
        (ProxyHost proxy, string owner, Task<string> first) = await BusyOwner(TimeSpan.FromMilliseconds(1));
        Pool pool = PoolOf(proxy);

        string second = await Ask(proxy);
        _answer.SetResult();

        Assert.NotEqual(owner, second);
        Assert.Equal(owner, await first);
        Assert.Equal((1, 1), (pool.Runtime.Of(SelectionReason.Spill), pool.Runtime.Of(WaitVerdict.TimedOut)));
    }

    private static Pool PoolOf(ProxyHost proxy) => proxy.Services.GetRequiredService<PoolPolicies>().All.Single();

    private static Task<string> Ask(ProxyHost proxy) => proxy.NodeFor("/items/1", ("X-User-Id", "alice"));

    private async Task<(ProxyHost Proxy, string Owner, Task<string> First)> BusyOwner(TimeSpan wait)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["header:X-User-Id"] });
        _running.Add(proxy);
        string owner = PoolViews.Of("items", PoolViews.Node("a"), PoolViews.Node("b")).Owner(KeyHash.Of("alice"))!.Id;
        Backend[] backends =
        [
            await Backend.Start(owner, async context =>
            {
                await _answer.Task;
                await context.Response.WriteAsync(owner);
            }),
            await Backend.Start(owner == "a" ? "b" : "a"),
        ];
        _running.AddRange(backends);
        proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy>
        {
            ["items"] = ProxyHost.Policy("header:X-User-Id") with { Bound = new LoadBound(1, 0), AffinityWait = new AffinityWait(wait, 1000) },
        });
        proxy.Publish("items", backends);

        Task<string> first = Ask(proxy);
        await Eventually.IsTrue(() => !backends[0].Paths.IsEmpty, "the owner is busy");
        return (proxy, owner, first);
    }
}
