using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

/// <summary>Ten nodes; counts are of 1,000 requests, so that 10 are a tenth of a mean node's load.</summary>
public sealed class HotKeyPlannerTests
{
    private const int Nodes = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly HotKeyPlanner _planner = new();
    private FrozenDictionary<ulong, int>? _shared;

    [Fact]
    public void Next_KeyOfTwoTenths_IsSharedByTwoAfterThreeLooks()
    {
        Assert.Empty(Step((7, 20)));
        Assert.Empty(Step((7, 20)));
        Assert.Equal([new SharedKey(7, 2)], Step((7, 20)));
    }

    [Fact]
    public void Next_KeyAtTheEdge_DoesNotFlap()
    {
        for (int i = 0; i < 3; i++)
            Step((7, 13));
        Assert.Equal([new SharedKey(7, 2)], Shared());
        for (int i = 0; i < 200; i++)
            Assert.Equal([new SharedKey(7, 2)], Step((7, i % 2 == 0 ? 6 : 13)));
    }

    [Fact]
    public void Next_KeyThatNobodyAsksForAnyMore_GoesHome()
    {
        for (int i = 0; i < 3; i++)
            Step((7, 200));
        Assert.Equal([new SharedKey(7, Nodes)], Shared());
        int steps = 0;
        while (!Step().IsEmpty)
            Assert.InRange(++steps, 1, 30);
    }

    [Fact]
    public void Next_NewLeader_KeepsWhatIsSharedUntilItHasLooked()
    {
        _shared = new Dictionary<ulong, int> { [7] = 4, [8] = 2 }.ToFrozenDictionary();
        Assert.Equal([new SharedKey(7, 4), new SharedKey(8, 2)], Step((7, 35)));
        Assert.Equal([new SharedKey(7, 4), new SharedKey(8, 2)], Step((7, 35)));
        Assert.Equal([new SharedKey(7, 4)], Step((7, 35)));
    }

    [Fact]
    public void Next_NobodyCounts_KeepsWhatIsShared()
    {
        Assert.Null(_planner.Next(HotKeySummary.None, Nodes, Interval, null));
        _shared = new Dictionary<ulong, int> { [7] = 4 }.ToFrozenDictionary();
        Assert.Equal([new SharedKey(7, 4)], _planner.Next(HotKeySummary.None, Nodes, Interval, _shared)!.Value);
    }

    private ImmutableArray<SharedKey> Shared() => [.. _shared!.OrderBy(k => k.Key).Select(k => new SharedKey(k.Key, k.Value))];

    private ImmutableArray<SharedKey> Step(params (ulong Hash, double Count)[] keys)
    {
        ImmutableArray<SharedKey> next = _planner.Next(new HotKeySummary(1000, 0, [.. keys.Select(k => new HotKey(k.Hash, k.Count, 0))]), Nodes, Interval, _shared)!.Value;
        _shared = next.ToFrozenDictionary(k => k.Hash, k => k.Sharers);
        return next;
    }
}
