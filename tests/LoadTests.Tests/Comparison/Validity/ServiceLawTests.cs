using HashBalancer.Comparison.Validity;

namespace HashBalancer.LoadTests.Tests.Comparison.Validity;

public sealed class ServiceLawTests
{
    [Fact]
    public void QuantileMs_KnownPoints_AreTheFormulas()
    {
        Assert.Equal(10, ServiceLaw.QuantileMs(0), 9);
        Assert.Equal(10 + 30 * Math.Log(2), ServiceLaw.QuantileMs(0.5), 9);
        Assert.Equal(10 + 30 * Math.Log(1000), ServiceLaw.QuantileMs(0.999), 9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(123_456)]
    public void ServiceTime_AnyStretchOfRequests_FollowsTheLawFarWithinTheGoal(int first)
    {
        const int Count = 30_000;
        double[] sorted = [.. Enumerable.Range(first, Count).Select(k => ServiceLaw.ServiceTime(k) / 1e6).Order()];

        foreach (double q in (double[])[0.5, 0.9, 0.99, 0.999])
            Assert.InRange(sorted[(int)Math.Ceiling(q * Count) - 1] / ServiceLaw.QuantileMs(q), 0.99, 1.01);
    }
}
