namespace HashBalancer.LoadTests.Load;

/// <summary>Independent starts, as those of many users who do not know of each other: exponential gaps with mean 1/rate.</summary>
internal sealed class PoissonArrivals(double rate, Random random) : IArrivals
{
    private double _last;

    public long Next()
    {
        // 1 - u is in (0, 1]: its logarithm is finite.
        _last += -Math.Log(1 - random.NextDouble()) * 1e9 / rate;
        return (long)_last;
    }
}
