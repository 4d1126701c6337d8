namespace HashBalancer.Proxy.Tests.Health;

/// <summary>Which nodes stand out against the others.</summary>
public sealed class OutliersTests
{
    private const EjectionReason Rate = EjectionReason.SuccessRate;
    private const EjectionReason Slow = EjectionReason.Latency;
    private static readonly OutlierPolicy Policy = new() { MinimumRequests = 100, LatencyFactor = 3 };

    [Fact]
    public void Find_OneNodeFailsMoreThanTheOthers_IsThat() =>
        Assert.Equal([null, null, Rate, null, null], Find((100, 1, 10), (100, 0, 10), (100, 30, 10), (100, 2, 10), (100, 1, 10)));

    [Fact]
    public void Find_AllFailAlike_IsNone() =>
        Assert.All(Find((100, 40, 10), (100, 41, 10), (100, 39, 10), (100, 40, 10), (100, 42, 10)), reason => Assert.Null(reason));

    [Fact]
    public void Find_GapBelowFivePoints_IsNone() =>
        Assert.All(Find((100, 0, 10), (100, 0, 10), (100, 5, 10), (100, 0, 10), (100, 0, 10)), reason => Assert.Null(reason));

    [Fact]
    public void Find_FourNodes_AreTooFewForARate() =>
        Assert.All(Find((100, 0, 10), (100, 0, 10), (100, 50, 10), (100, 0, 10)), reason => Assert.Null(reason));

    [Fact]
    public void Find_TooFewRequests_CountNeitherForNorAgainst() =>
        Assert.All(Find((100, 0, 10), (100, 0, 10), (99, 50, 90), (100, 0, 10), (100, 0, 10)), reason => Assert.Null(reason));

    [Fact]
    public void Find_NodeAboveThreeTimesTheMedian_IsSlow() =>
        Assert.Equal([null, Slow, null, null], Find((100, 0, 10), (100, 0, 31), (100, 0, 10), (100, 0, 30)));

    [Fact]
    public void Find_NodeSlowByLessThanFiveMilliseconds_IsNone() =>
        Assert.All(Find((100, 0, 1), (100, 0, 5), (100, 0, 1)), reason => Assert.Null(reason));

    [Fact]
    public void Find_LatencyFactorNought_IsNone() =>
        Assert.All(Outliers.Find(Figures((100, 0, 10), (100, 0, 500), (100, 0, 10)), new OutlierPolicy()), reason => Assert.Null(reason));

    private static EjectionReason?[] Find(params (int Requests, int Failed, int Milliseconds)[] nodes) => Outliers.Find(Figures(nodes), Policy);

    private static NodeFigures[] Figures(params (int Requests, int Failed, int Milliseconds)[] nodes) =>
        [.. nodes.Select(node => new NodeFigures(node.Requests, node.Failed, TimeSpan.FromMilliseconds(node.Milliseconds)))];
}
