namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class RebalancingHistoryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly RebalancingHistory _history = new();

    [Fact]
    public void Plan_InForceForAWindow_GetsWhatWasMeasuredThen()
    {
        _history.Add("items", Plan(busiest: 1.3, predicted: 1.05), version: 1, Start);

        _history.Measured("items", 1.2, Start + Window - TimeSpan.FromTicks(1), Window);
        Assert.Null(Assert.Single(_history.Of("items")).Observed);

        _history.Measured("items", 1.06, Start + Window, Window);
        _history.Measured("items", 1.4, Start + (2 * Window), Window);
        FollowedPlan plan = Assert.Single(_history.Of("ITEMS"));
        Assert.Equal((1L, 1.3, 1.05, 1.06), (plan.Version, plan.Busiest, plan.Predicted, plan.Observed));
        Assert.Equal(ArcMoveReason.Balance, Assert.Single(plan.Moves).Reason);
    }

    [Fact]
    public void Plans_Many_KeepTheLatestTwenty()
    {
        for (int version = 1; version <= 25; version++)
            _history.Add("items", Plan(1.3, 1.1), version, Start.AddSeconds(version));

        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(v => (long)v), _history.Of("items").Select(plan => plan.Version));
    }

    [Fact]
    public void Plans_OnlyObserved_TakeEachOthersPlace()
    {
        _history.Add("items", Plan(1.3, 1.1), version: 4, Start);
        _history.Add("items", Plan(1.4, 1.1), version: 0, Start);
        _history.Add("items", Plan(1.5, 1.1), version: 0, Start);

        Assert.Equal([1.5, 1.3], _history.Of("items").Select(plan => plan.Busiest));
    }

    [Fact]
    public void Pool_Unknown_HasNone() => Assert.Empty(_history.Of("other"));

    private static RebalancePlan Plan(double busiest, double predicted) =>
        new([new ArcMove(0, 99, "a", "b", 10, ArcMoveReason.Balance)], [], busiest, predicted);
}
