using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.Testing;

namespace HashBalancer.LoadTests.Tests.Comparison.Balance;

public sealed class BalanceNodesTests
{
    [Fact]
    public void KeyCache_Full_DropsTheKeyUsedLongestAgo()
    {
        var cache = new KeyCache<long>(2);

        Assert.Equal([false, false, true, false, false, true], ((long[])[1, 2, 1, 3, 2, 3]).Select(cache.Use));
    }

    [Fact]
    public void Counts_OfKeysThatStay_AreAllAtHome()
    {
        var counts = Counted([(7, 1), (7, 1), (8, 0)], [(7, 1), (8, 0), (8, 0)]);

        Assert.Equal((0, 0), (counts.OffOwner(), counts.Moved()));
    }

    [Fact]
    public void Counts_OfARequestElsewhere_AreOffOwner() =>
        Assert.Equal(0.25, Counted([(7, 1), (7, 1)], [(7, 1), (7, 0)]).OffOwner(), 1e-12);

    /// <summary>Key 1 moves, key 2 is shared and merely leans to the other node, key 3 was asked for too seldom to say.</summary>
    [Fact]
    public void Counts_OfAKeyThatMoves_AreMoved()
    {
        (long, int)[] before = [(1, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 1), (3, 0)];
        (long, int)[] after = [(1, 1), (1, 1), (1, 1), (2, 0), (2, 1), (2, 1), (3, 1)];

        Assert.Equal(0.5, Counted(before, after).Moved(), 1e-12);
    }

    [Fact]
    public void Sample_SinceAnEarlierOne_IsWhatWasDoneBetween()
    {
        var then = new FleetSample(10, [1, 2], 100, 90, 3);
        var now = new FleetSample(20, [4, 7], 200, 140, 7);

        Assert.Equal((1.25, 0.4, 0.5, 2), (now.MaxOverMean(then), now.Mean(then), now.HitRatio(then), now.Stretch(then)));
    }

    [Fact]
    public void Weights_OfUnequalLoads_FollowTheirRootsAndKeepTheirMean()
    {
        double[] next = WeightAgents.Next([100, 100], [0.25, 0.75]);

        Assert.Equal(100, next.Average(), 1e-9);
        Assert.Equal(1.4 / Math.Sqrt(0.5 / 0.75), next[0] / next[1], 1e-9);
        Assert.Equal([100, 50], WeightAgents.Next([100, 50], [0, 0]));
    }

    [Fact]
    public async Task Node_WithAllSlotsBusy_LetsOthersWaitAndTellsItsUtilisation()
    {
        var time = new ManualTimeProvider();
        using var node = new BalanceNode(0, 2, new NodeWork(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), 10), new RunClock(time), new FleetCounts(10, 1));

        Task<bool> first = node.Serve(5).AsTask(), second = node.Serve(5).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await first);
        await Eventually.IsTrue(() => Advanced(time, second), "the second, whose key is held by now, takes a quarter of the time");

        Assert.True(await second);
        Assert.InRange(node.BusyTime / 1e9, 2.5, 3.5);
        Assert.InRange(node.Utilisation, 0.5, 1);
    }

    private static bool Advanced(ManualTimeProvider time, Task task)
    {
        time.Advance(TimeSpan.FromMilliseconds(100));
        return task.IsCompleted;
    }

    private static FleetCounts Counted((long Key, int Node)[] before, (long Key, int Node)[] after)
    {
        var counts = new FleetCounts(10, 2);
        counts.Served(9, 0, isHit: true);
        counts.CountInto(0);
        foreach ((long key, int node) in before)
            counts.Served(key, node, isHit: true);
        counts.CountInto(1);
        foreach ((long key, int node) in after)
            counts.Served(key, node, isHit: false);
        counts.CountInto(-1);
        counts.Served(9, 1, isHit: false);
        Assert.Equal((before.Length + after.Length + 2, before.Length + 1), counts.Totals);
        return counts;
    }
}
