using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Health;

/// <summary>What checks and comparisons do to the nodes of a pool.</summary>
public sealed class PoolHealthTests
{
    private static readonly ActiveCheckPolicy Checks = new() { Path = "/", Failures = 2, Successes = 2 };
    private readonly ManualTimeProvider _time = new();
    private readonly PoolHealth _health = new();
    private readonly PoolSnapshot _view = PoolViews.Of("items", [.. Enumerable.Range(0, 5).Select(i => PoolViews.Node($"n{i}"))]);

    [Fact]
    public void Checked_FailuresInARow_BarTheNodeUntilAsManyPassesUnbarIt()
    {
        Check(0, false, true, false);
        Assert.Equal(NodeObstacles.None, Obstacles(0));
        Check(0, false);
        Assert.Equal(NodeObstacles.Unhealthy, Obstacles(0));
        Check(0, true, false, true);
        Assert.Equal(NodeObstacles.Unhealthy, Obstacles(0));
        Check(0, true);
        Assert.Equal(NodeObstacles.None, Obstacles(0));
        Assert.Equal((4, 4), (_health.ChecksThat(passed: true), _health.ChecksThat(passed: false)));
    }

    [Fact]
    public void Checked_MostNodesFail_PanicsAndBarsNone()
    {
        Check(0, false, false);
        Check(1, false, false);
        Assert.Equal((false, NodeObstacles.Unhealthy), (_health.IsPanicking, Obstacles(1)));

        Check(2, false, false);
        Assert.True(_health.IsPanicking);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(NodeObstacles.None, Obstacles(i)));

        Check(2, true, true);
        Assert.Equal((false, NodeObstacles.Unhealthy, NodeObstacles.None), (_health.IsPanicking, Obstacles(1), Obstacles(2)));
    }

    [Fact]
    public void ForgetChecks_SwitchedOff_TakesEveryNodeBack()
    {
        Check(0, false, false);
        _health.ForgetChecks(_view, new OutlierPolicy());
        Assert.Equal((NodeObstacles.None, false), (Obstacles(0), NodeRuntime.Of(_view.Nodes[0]).Check.IsUnhealthy));
    }

    [Fact]
    public void Look_AfterAWindow_EjectsWhoStandsOutAndSaysWhy()
    {
        var policy = new OutlierPolicy { ConsecutiveFailures = 1000, FailureShare = 1 };
        _health.Look(_view, policy, _time);
        for (int i = 0; i < 100; i++)
        {
            for (int node = 0; node < 5; node++)
                NodeRuntime.Of(_view.Nodes[node]).Counts.Count(node == 3 && i % 3 == 0 ? Outcome.ServerError : Outcome.Success);
        }

        _time.Advance(policy.Window / 2);
        _health.Look(_view, policy, _time);
        Assert.Equal(NodeObstacles.None, Obstacles(3));
        _time.Advance(policy.Window / 2);
        _health.Look(_view, policy, _time);

        Assert.Equal([NodeObstacles.None, NodeObstacles.None, NodeObstacles.None, NodeObstacles.Ejected, NodeObstacles.None], Enumerable.Range(0, 5).Select(Obstacles));
        Assert.Equal(1, NodeRuntime.Of(_view.Nodes[3]).Health.EjectionsFor(EjectionReason.SuccessRate));
    }

    [Fact]
    public void Look_BadNodesLeaveThePool_EndsThePanic()
    {
        for (int i = 0; i < 3; i++)
            Check(i, false, false);
        Assert.True(_health.IsPanicking);

        _health.Look(PoolViews.Of("items", _view.Nodes[3], _view.Nodes[4]), new OutlierPolicy(), _time);

        Assert.False(_health.IsPanicking);
    }

    private NodeObstacles Obstacles(int node) => NodeRuntime.Of(_view.Nodes[node]).Obstacles;

    private void Check(int node, params bool[] passed)
    {
        foreach (bool one in passed)
            _health.Checked(_view.Nodes[node], one, Checks, _view, new OutlierPolicy());
    }
}
