namespace HashBalancer.Proxy.Tests.Resilience.Hedging;

public sealed class LatencyDigestTests
{
    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(0.99, 99)]
    public void Quantile_OfManyTimes_IsAtMostAnEighthAbove(double quantile, double expected)
    {
        var digest = new LatencyDigest();
        for (int i = 1; i <= 1000; i++)
            digest.Record(TimeSpan.FromMilliseconds(i / 10.0));

        digest.Revise(quantile);

        Assert.InRange(digest.Quantile!.Value.TotalMilliseconds, expected, expected * 1.125);
    }

    [Fact]
    public void Quantile_OfTooFew_IsNone()
    {
        var digest = new LatencyDigest();
        for (int i = 1; i < LatencyDigest.LeastSamples; i++)
            digest.Record(TimeSpan.FromMilliseconds(5));
        digest.Revise(0.95);
        Assert.Null(digest.Quantile);

        digest.Record(TimeSpan.Zero);
        digest.Revise(0.95);
        Assert.NotNull(digest.Quantile);
    }

    [Fact]
    public void Quantile_AfterAChange_FollowsAndForgets()
    {
        var digest = new LatencyDigest();
        for (int i = 0; i < 1000; i++)
            digest.Record(TimeSpan.FromSeconds(1));
        digest.Revise(0.95);
        Assert.InRange(digest.Quantile!.Value.TotalSeconds, 1, 1.125);

        // A minute and a half at a hundred requests a second.
        for (int revision = 0; revision < 360; revision++)
        {
            for (int i = 0; i < 25; i++)
                digest.Record(TimeSpan.FromMilliseconds(2));
            digest.Revise(0.95);
        }

        Assert.InRange(digest.Quantile!.Value.TotalMilliseconds, 2, 2.25);
    }

    [Theory]
    [InlineData(null, 0, 20.0, null)]
    [InlineData(10.0, 0, 20.0, 10.0)]
    [InlineData(10.0, 0.95, 20.0, 20.0)]
    [InlineData(30.0, 0.95, 20.0, 30.0)]
    [InlineData(null, 0.95, 20.0, 20.0)]
    [InlineData(null, 0.95, 0.01, 1.0)]
    [InlineData(10.0, 0.95, null, 10.0)]
    [InlineData(null, 0.95, null, null)]
    public void HedgeDelay_OfFixedAndUsual_IsTheLater(double? @fixed, double quantile, double? usual, double? expected)
    {
        var runtime = new PoolRuntime();
        for (int i = 0; usual is { } milliseconds && i < 100; i++)
            runtime.Latencies.Record(TimeSpan.FromMilliseconds(milliseconds));
        runtime.Latencies.Revise(0.95);
        var policy = new RetryPolicy { HedgeDelay = @fixed is { } wait ? TimeSpan.FromMilliseconds(wait) : null, HedgeQuantile = quantile };

        double? delay = policy.HedgeDelayBy(runtime)?.TotalMilliseconds;

        if (expected is { } exact)
            Assert.InRange(delay!.Value, exact, exact * 1.125);
        else
            Assert.Null(delay);
    }

    [Fact]
    public void Validate_OutOfRange_NamesEveryFault() =>
        Assert.Equal(
            [
                "k:HedgeDelay: is 00:00:00, but must be 00:00:00.001 to 01:00:00.",
                "k:HedgeQuantile: is 1, but must be 0 (off) or 0.5 to 0.999.",
                "k:MaxTries: is 1, but must be 2 or more for the second tries that HedgeDelay asks for.",
            ],
            new RetryPolicy { HedgeDelay = TimeSpan.Zero, HedgeQuantile = 1, MaxTries = 1 }.Validate("k"));
}
