namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class CapacityEstimatesTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);
    private readonly CapacityEstimates _estimates = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void Of_NodesThatReport_IsRateOverUtilisation()
    {
        NodeReading fast = Node("fast", rate: 60, utilisation: 0.3), slow = Node("slow", rate: 60, utilisation: 0.6);
        _estimates.Update([fast, slow], Pace);
        Assert.True(_estimates.IsReported);
        Assert.Equal(200, _estimates.Of(fast), 9);
        Assert.Equal(100, _estimates.Of(slow), 9);
    }

    [Fact]
    public void Update_CapacityHalves_IsFollowedWithinAMinute()
    {
        for (int i = 0; i < 60; i++)
            _estimates.Update([Node("a", rate: 100, utilisation: 0.5)], Pace);
        Assert.Equal(200, _estimates.Of(Node("a", 0, 0)), 9);

        _estimates.Update([Node("a", rate: 50, utilisation: 0.5)], Pace);
        // A hiccup is no reading: it counts as a twelfth of a minute.
        Assert.InRange(_estimates.Of(Node("a", 0, 0)), 190, 195);
        for (int i = 1; i < 12; i++)
            _estimates.Update([Node("a", rate: 50, utilisation: 0.5)], Pace);
        Assert.InRange(_estimates.Of(Node("a", 0, 0)), 100, 125);
    }

    [Fact]
    public void Update_ReadingsStrayByChance_EstimateStays()
    {
        for (int i = 0; i < 60; i++)
            _estimates.Update([Node("a", rate: 100, utilisation: i % 2 == 0 ? 0.48 : 0.52)], Pace);
        Assert.InRange(_estimates.Of(Node("a", 0, 0)), 199, 201);
    }

    [Fact]
    public void Of_NodeWithoutReports_GoesByInFlightForAll()
    {
        NodeReading one = Node("a", rate: 60, utilisation: null) with { InFlight = 3 }, other = Node("b", rate: 60, utilisation: 0.5) with { InFlight = 6 };
        _estimates.Update([one, other], Pace);
        Assert.False(_estimates.IsReported);
        Assert.Equal(20, _estimates.Of(one), 9);
        Assert.Equal(10, _estimates.Of(other), 9);
    }

    [Fact]
    public void Of_RequestsThatFail_AreNoService()
    {
        NodeReading failing = Node("a", rate: 100, utilisation: 0.1) with { FailureRate = 90 }, sound = Node("b", rate: 50, utilisation: 0.5);
        _estimates.Update([failing, sound], Pace);
        Assert.Equal(100, _estimates.Of(failing), 9);
        Assert.Equal(100, _estimates.Of(sound), 9);
    }

    [Fact]
    public void Of_IdleOrNewNode_IsTheMedianTimesItsWeight()
    {
        _estimates.Update(
            [
                Node("a", rate: 100, utilisation: 0.5), Node("b", rate: 100, utilisation: 0.25), Node("c", rate: 100, utilisation: 1),
                Node("idle", rate: 0.5, utilisation: 0), Node("new", rate: 500, utilisation: 0.01) with { Age = TimeSpan.FromSeconds(9) },
            ],
            Pace);
        Assert.Equal(200, _estimates.Of(Node("idle", 0, 0)), 9);
        Assert.Equal(600, _estimates.Of(Node("new", 0, 0) with { Weight = 3 }), 9);
    }

    [Fact]
    public void Of_ReportBeyondBelief_StaysWithinTwentyTimesTheMedian()
    {
        _estimates.Update([Node("a", rate: 100, utilisation: 1), Node("b", rate: 100, utilisation: 1), Node("liar", rate: 100, utilisation: 0)], Pace);
        Assert.Equal(2000, _estimates.Of(Node("liar", 0, 0)), 9);
    }

    [Fact]
    public void Update_NodeGone_IsForgotten()
    {
        _estimates.Update([Node("a", rate: 100, utilisation: 0.5), Node("b", rate: 100, utilisation: 0.1)], Pace);
        _estimates.Update([Node("a", rate: 100, utilisation: 0.5)], Pace);
        Assert.Equal(200, _estimates.Of(Node("b", 0, 0)), 9);
    }

    private static NodeReading Node(string id, double rate, double? utilisation) => new(id, 1, rate, 0, rate, 0, 1, utilisation, TimeSpan.FromMinutes(1));
}
