using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Selection;

public sealed class NodeHandicapsTests
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250), Long = TimeSpan.FromHours(1);

    private readonly NodeHandicaps _handicaps = new();
    private uint _now = 1;

    [Fact]
    public void Revise_NodesAlike_CountTheSame() => Assert.Equal([1, 1, 1], HandicapsAfter(Long, 0.6, 0.6, 0.6));

    [Fact]
    public void Revise_NodeAboveTheOthers_CountsTenTimesTheDifferenceMore() => Assert.Equal([1, 1.2, 0.9], HandicapsAfter(Long, 0.5, 0.51, 0.495));

    [Fact]
    public void Revise_DifferenceForAMinute_CountsByAnExponentialAverage() => Assert.Equal([1, 1.126, 1], HandicapsAfter(TimeSpan.FromMinutes(1), 0.5, 0.51, 0.5));

    [Fact]
    public void Revise_NodesThatLie_CountTwiceOrHalfAndMoveNobodyElse() => Assert.Equal([1, 1, 1, 2, 0.5], HandicapsAfter(Long, 0.6, 0.6, 0.6, NodeLoad.MostUtilisation, 0));

    [Fact]
    public void Revise_NodeThatDoesNotReport_CountsAsOthersDo() => Assert.Equal([1, 1, 0.5], HandicapsAfter(Long, 0.6, null, 0.3));

    [Fact]
    public void Revise_NobodyReports_AllCountTheSame() => Assert.Equal([1, 1], HandicapsAfter(Long, [null, null]));

    [Fact]
    public void Revise_IdleNodes_DifferByChanceAndHardlyCount() => Assert.Equal([0.9, 1, 1.1], HandicapsAfter(Long, 0, 0.0001, 0.0002));

    [Fact]
    public void Revise_NodeNotOnTheRing_IsNoMeasure() =>
        Assert.Equal([1, 1, 2, 2], HandicapsAfter(Long, View([0.5, 0.5, 0.9, 0.9], up: 2), [0.5, 0.5, 0.9, 0.9]));

    [Fact]
    public void Revise_NodeFallsSilent_CountsAsOthersDoInTheEnd()
    {
        PoolSnapshot view = View([0.5, 0.5, 0.9]);
        Report(view, [0.5, 0.5, 0.9]);
        _handicaps.Revise(view, Long);
        Assert.Equal(2, Handicap(view, 2));

        // The others go on; it is not believed for longer than ten seconds.
        for (TimeSpan at = TimeSpan.Zero; at < TimeSpan.FromSeconds(10); at += Round)
        {
            Report(view, [0.5, 0.5, null]);
            _handicaps.Revise(view, Round);
        }

        Assert.Equal(2, Handicap(view, 2));
        Report(view, [0.5, 0.5, null]);
        _handicaps.Revise(view, Long);

        Assert.Equal([1, 1, 1], Handicaps(view));
    }

    [Fact]
    public void Revise_DifferenceIsGone_IsForgottenWithinMinutes()
    {
        PoolSnapshot view = View([0.5, 0.5, 0.55]);
        Report(view, [0.5, 0.5, 0.55]);
        _handicaps.Revise(view, Long);
        Assert.Equal(2, Handicap(view, 2));

        _now += 600_000;
        Report(view, [0.5, 0.5, 0.5]);
        _handicaps.Revise(view, TimeSpan.FromMinutes(2));

        Assert.Equal([1, 1, 1.135], Handicaps(view));
    }

    private double[] HandicapsAfter(TimeSpan elapsed, params double?[] utilisations) => HandicapsAfter(elapsed, View(utilisations), utilisations);

    private double[] HandicapsAfter(TimeSpan elapsed, PoolSnapshot view, double?[] utilisations)
    {
        Report(view, utilisations);
        _handicaps.Revise(view, elapsed);
        return Handicaps(view);
    }

    private static PoolSnapshot View(double?[] utilisations, int up = int.MaxValue) =>
        PoolViews.Of("items", [.. utilisations.Select((_, i) => PoolViews.Node($"n{i}", state: i < up ? NodeState.Up : NodeState.Down))]);

    private void Report(PoolSnapshot view, double?[] utilisations)
    {
        _now++;
        foreach ((Node node, double? utilisation) in view.Nodes.Zip(utilisations))
        {
            if (utilisation is { } said)
                node.Load.Report((float)said, _now);
        }
    }

    private static double Handicap(PoolSnapshot view, int node) => Handicaps(view)[node];

    private static double[] Handicaps(PoolSnapshot view) => [.. view.Nodes.Select(node => Math.Round(NodeRuntime.Of(node).Handicap.Value, 3))];
}
