using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Selection;

public sealed class NodePacesTests
{
    private readonly LoadTable _loads = new();

    [Fact]
    public void Revise_NodesAlike_AreAllAtFullPace() => Assert.Equal([1, 1, 1], PacesFor(100, 110, 125));

    [Fact]
    public void Revise_SlowNode_HasThePartThatIsTolerated() => Assert.Equal([1, 1, 0.5, 1], PacesFor(100, 90, 250, 100));

    [Fact]
    public void Revise_StuckNode_KeepsATenth() => Assert.Equal([1, 1, 0.1], PacesFor(100, 100, 60_000));

    [Fact]
    public void Revise_OfAPair_TheSlowerIsToldFromTheOther() => Assert.Equal([1, 0.5], PacesFor(100, 250));

    [Fact]
    public void Revise_NodeWithoutAnswer_IsAtFullPace() => Assert.Equal([1, 1, 0.25], PacesFor(100, 0, 500));

    [Fact]
    public void Revise_NodeThatRecovered_IsAtFullPaceAgain()
    {
        PoolSnapshot view = View(100, 100, 250);
        var paces = new NodePaces();
        paces.Revise(view);
        Assert.Equal(0.5, Pace(view, 2), 3);

        // A minute on: what was slow weighs nothing any more.
        Answer(view.Nodes[2], 100, at: 60);
        paces.Revise(view);

        Assert.Equal(1, Pace(view, 2));
    }

    private double[] PacesFor(params double[] milliseconds)
    {
        PoolSnapshot view = View(milliseconds);
        new NodePaces().Revise(view);
        return [.. view.Nodes.Select((_, i) => Math.Round(Pace(view, i), 3))];
    }

    private PoolSnapshot View(params double[] milliseconds)
    {
        PoolSnapshot view = PoolViews.Of("items", [.. milliseconds.Select((_, i) => PoolViews.Node($"n{i}", load: _loads.Of("items", $"n{i}")))]);
        for (int i = 0; i < milliseconds.Length; i++)
        {
            if (milliseconds[i] > 0)
                Answer(view.Nodes[i], milliseconds[i], at: 1);
        }

        return view;
    }

    private static double Pace(PoolSnapshot view, int node) => NodeRuntime.Of(view.Nodes[node]).Pace;

    /// <param name="node">Which answers.</param>
    /// <param name="milliseconds">After so long.</param>
    /// <param name="at">At this second.</param>
    private static void Answer(Node node, double milliseconds, long at)
    {
        node.Load.Begin();
        long end = at * TimeSpan.TicksPerSecond;
        node.Load.End(failed: false, end - (long)(milliseconds * TimeSpan.TicksPerMillisecond), end, TimeSpan.TicksPerSecond);
    }
}
