namespace HashBalancer.LoadTests.Load;

/// <summary>Evenly spaced starts, the first at 0. Each is computed from its number, so that rounding does not add up.</summary>
internal sealed class ConstantArrivals(double rate) : IArrivals
{
    private long _number;

    public long Next() => (long)(_number++ * 1e9 / rate);
}
