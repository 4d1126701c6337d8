using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.LoadReports;

public sealed class PoolMeterTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly LoadTable _loads = new();
    private readonly PoolMeter _meter = new();
    private readonly PoolSnapshot _pool;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public PoolMeterTests()
    {
        ImmutableArray<Node> nodes = [.. "ab".Select(c => new Node($"{c}", "10.0.0.1", 80, 1, NodeState.Up, _loads.Of("items", $"{c}")))];
        _pool = new PoolSnapshot("items", MembershipSource.Registry, nodes, HashRing.Build(nodes.Select(n => new RingMember(n.Id))));
        _meter.Sample(_pool, TimeSpan.FromMilliseconds(250), _now);
        _meter.Measure(_pool, Interval, _now);
    }

    [Fact]
    public void Measure_SteadyRequests_GivesRatesByNodeAndByPlace()
    {
        ulong hash = 42ul << 40;
        Node owner = _pool.Owner(hash)!;
        Step(0, owner, hash);
        PoolSummary summary = Step(50, owner, hash);

        NodeReading reading = Assert.Single(summary.Nodes, n => n.Id == owner.Id);
        Assert.Equal((0.0, 1.0, _now - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), (reading.FailureRate, reading.Weight, reading.Age));
        Assert.Null(reading.Utilisation);
        // The first two intervals were quiet, and a mean over all three stands behind the figure.
        Assert.Equal(10 * WeightOfThird(10), reading.Rate, 6);
        Assert.Equal(10 / 3.0, reading.ArcRate, 1e-4);
        Assert.Equal(reading.ArcRate, summary.Slices.Total, 1e-4);
        Assert.Equal(0, summary.Nodes.Single(n => n.Id != owner.Id).ArcRate);
    }

    [Fact]
    public void Measure_SharedRequestsAndReports_AreToldApart()
    {
        Node node = _pool.Nodes[0];
        for (int i = 0; i < 100; i++)
            node.Load.CountShared();
        node.Load.Report(0.5f, 1000);
        PoolSummary summary = Step(0, node, 0);
        Assert.Equal(10, summary.Nodes[0].SharedRate, 6); // 20/s for one interval of two.
        Assert.Equal(0.5, summary.Nodes[0].Utilisation!.Value, 6);
        Assert.Null(summary.Nodes[1].Utilisation);

        // A node that reports no more counts as one that never did.
        _now += TimeSpan.FromMinutes(3);
        Assert.Null(Step(0, node, 0).Nodes[0].Utilisation);
    }

    [Fact]
    public void Sample_InFlight_IsAveragedOverTime()
    {
        Node node = _pool.Nodes[1];
        node.Load.Begin();
        node.Load.Begin();
        for (int i = 0; i < 400; i++)
            _meter.Sample(_pool, TimeSpan.FromMilliseconds(250), _now);
        Assert.Equal(2, Step(0, node, 0).Nodes[1].InFlight, 1e-3);
    }

    [Fact]
    public void Measure_NodeGoneAndBack_StartsAnew()
    {
        Node node = _pool.Nodes[0];
        Step(50, node, 0);
        var without = new PoolSnapshot("items", MembershipSource.Registry, [_pool.Nodes[1]], HashRing.Build([new RingMember("b")]));
        _meter.Measure(without, Interval, _now += Interval);
        NodeReading back = Step(0, node, 0).Nodes[0];
        Assert.Equal((0.0, TimeSpan.Zero), (back.Rate, back.Age));
    }

    private PoolSummary Step(int requests, Node node, ulong hash)
    {
        for (int i = 0; i < requests; i++)
        {
            _loads.Of("items").CountKey(hash);
            node.Load.Begin();
            node.Load.End(failed: false);
        }

        return _meter.Measure(_pool, Interval, _now += Interval);
    }

    /// <summary>The third of three intervals: a third as long as the mean is plain, else as the memory says.</summary>
    private static double WeightOfThird(double memory) => Math.Max(1 - Math.Exp(-5 / memory), 1 / 3.0);
}
