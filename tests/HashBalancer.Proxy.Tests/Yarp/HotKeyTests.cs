using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>A key that becomes hot and cold again, over real sockets; the clock alone is the test's.</summary>
public sealed class HotKeyTests : IAsyncDisposable
{
    private const string Hot = "/items/hot";
    private readonly ManualTimeProvider _time = new();
    private readonly List<Backend> _nodes = [];
    private ProxyHost _proxy = null!;
    private int _cold;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        foreach (Backend node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Requests_FlashKey_IsServedByAllNodesWithinTwoSecondsAndByItsOwnerAgainWithinThirty()
    {
        await Start();
        Pool pool = _proxy.Services.GetRequiredService<PoolPolicies>().All.Single();
        await Ask(TimeSpan.FromSeconds(2), hot: false);
        Assert.Equal(0, pool.Runtime.HotKeys!.Count);

        await Ask(TimeSpan.FromSeconds(2), hot: true);
        Assert.Equal(_nodes.Count, pool.Runtime.HotKeys.SharersOf(KeyHash.Of(Hot)));
        Assert.Equal(_nodes.Count, (await AtOnce(16)).Distinct(StringComparer.Ordinal).Count());
        Assert.True(pool.Runtime.Of(SelectionReason.HotKey) > 0);

        await Ask(TimeSpan.FromSeconds(30), hot: false);
        Assert.Equal((1, 1), (pool.Runtime.HotKeys.Promoted, pool.Runtime.HotKeys.Demoted));
        string owner = _proxy.OwnerOf("items", Hot);
        Assert.All(await OneByOne(8), node => Assert.Equal(owner, node));
    }

    private async Task Start()
    {
        for (int i = 0; i < 4; i++)
            _nodes.Add(await Backend.Start($"n{i}"));
        _proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, configure: services => services.AddSingleton<TimeProvider>(_time));
        _proxy.Publish("items", _nodes);
    }

    /// <summary>20 requests every quarter of a second, each for a key of its own; or every second of them for the hot one.</summary>
    private async Task Ask(TimeSpan time, bool hot)
    {
        for (TimeSpan at = TimeSpan.Zero; at < time; at += TimeSpan.FromMilliseconds(250))
        {
            for (int i = 0; i < 20; i++)
                await _proxy.NodeFor(hot && i % 2 == 0 ? Hot : $"/items/{_cold++}");
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>The nodes that serve the hot key when many ask for it: each stays busy until all have been chosen.</summary>
    private async Task<string[]> AtOnce(int requests)
    {
        Node[] nodes = [.. _proxy.Services.GetRequiredService<SnapshotStore>().Current.Pools["items"].Nodes];
        List<string> served = [];
        List<Node> busy = [];
        for (int i = 0; i < requests; i++)
        {
            string name = await _proxy.NodeFor(Hot);
            served.Add(name);
            Node node = nodes.Single(n => n.Id == name);
            node.Load.Begin();
            busy.Add(node);
        }

        busy.ForEach(node => node.Load.End(failed: false));
        return [.. served];
    }

    private async Task<string[]> OneByOne(int requests)
    {
        List<string> served = [];
        for (int i = 0; i < requests; i++)
            served.Add(await _proxy.NodeFor(Hot));
        return [.. served];
    }
}
