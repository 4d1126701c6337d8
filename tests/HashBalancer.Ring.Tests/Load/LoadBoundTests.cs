namespace HashBalancer.Ring.Tests.Load;

public sealed class LoadBoundTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3, 1)]
    [InlineData(0.01, 1)]
    [InlineData(0.25, 2)]
    [InlineData(1, 5)]
    [InlineData(4, 11)]
    [InlineData(100, 155)]
    [InlineData(10_000, 12_800)]
    public void LimitFor_Default_IsAQuarterAboveTheShareAndThreeDeviations(double fairShare, long expected) =>
        Assert.Equal(expected, LoadBound.Default.LimitFor(fairShare));

    [Theory]
    [InlineData(4, 5)]
    [InlineData(4.1, 6)]
    [InlineData(0, 1)]
    public void LimitFor_NoSlack_IsThePapersBound(double fairShare, long expected) =>
        Assert.Equal(expected, new LoadBound(1.25, 0).LimitFor(fairShare));

    [Theory]
    [InlineData(4, 0.5, 6)]
    [InlineData(4, 0.1, 2)]
    [InlineData(4, 0.01, 1)]
    public void LimitFor_SlowNode_IsItsPartOfTheBound(double fairShare, double pace, long expected) =>
        Assert.Equal(expected, LoadBound.Default.LimitFor(fairShare, pace));

    [Theory]
    [InlineData(10, 1, 5, 2)]
    [InlineData(10, 2, 5, 4)]
    [InlineData(10, 0, 5, 0)]
    [InlineData(-1, 1, 5, 0)]
    [InlineData(10, 0, 0, 0)]
    public void FairShare_IsByWeight(long inFlight, double weight, double totalWeight, double expected) =>
        Assert.Equal(expected, LoadBound.FairShare(inFlight, weight, totalWeight));

    [Theory]
    [InlineData(0.99, 3, "factor", "The factor of a load bound is 1 to 100.")]
    [InlineData(100.1, 3, "factor", "The factor of a load bound is 1 to 100.")]
    [InlineData(double.NaN, 3, "factor", "The factor of a load bound is 1 to 100.")]
    [InlineData(1, -0.1, "slack", "The slack of a load bound is 0 to 100 standard deviations.")]
    [InlineData(1, 101, "slack", "The slack of a load bound is 0 to 100 standard deviations.")]
    [InlineData(1, double.NaN, "slack", "The slack of a load bound is 0 to 100 standard deviations.")]
    public void New_OutOfRange_SaysTheRange(double factor, double slack, string parameter, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(parameter, () => new LoadBound(factor, slack));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_AtTheEndsOfTheRange_IsTaken()
    {
        Assert.Equal(100, new LoadBound(1, 100).Slack);
        Assert.Equal(100, new LoadBound(100, 0).Factor);
    }
}
