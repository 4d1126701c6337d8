using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>
/// Key k (from 0) is drawn with probability proportional to 1 / (k + 1)^exponent, exactly: rejection-inversion after Hörmann and
/// Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions" (ACM TOMACS 6, 1996).
/// Constant memory and, at less than 1.1 rounds a draw, constant time, so that millions of keys cost no table.
/// </summary>
internal sealed class ZipfKeys : IKeyGenerator
{
    private readonly double _exponent;
    private readonly double _integralAtOne;
    private readonly double _integralAtCount;
    private readonly double _sureWithin;

    public ZipfKeys(long count, double exponent)
    {
        Count = count;
        _exponent = exponent;
        _integralAtOne = Integral(1.5) - 1;
        _integralAtCount = Integral(count + 0.5);
        _sureWithin = 2 - InverseIntegral(Integral(2.5) - Density(2));
    }

    public string Description => $"Zipf {_exponent:R} over {Count} keys";

    public long Count { get; }

    public long Next(Random random)
    {
        while (true)
        {
            double u = _integralAtCount + random.NextDouble() * (_integralAtOne - _integralAtCount);
            double x = InverseIntegral(u);
            long rank = Math.Clamp((long)(x + 0.5), 1, Count);
            if (rank - x <= _sureWithin || u >= Integral(rank + 0.5) - Density(rank))
                return rank - 1;
        }
    }

    public static Func<IKeyGenerator> Read(Section section)
    {
        long count = KeyGenerators.ReadCount(section);
        double exponent = section.Number("exponent", 0.01, 10);
        return () => new ZipfKeys(count, exponent);
    }

    private double Density(double x) => Math.Exp(-_exponent * Math.Log(x));

    // (x^(1-s) - 1) / (1-s), which tends to ln x as s tends to 1.
    private double Integral(double x)
    {
        double log = Math.Log(x);
        return ExpMinusOneOver((1 - _exponent) * log) * log;
    }

    private double InverseIntegral(double y)
    {
        double t = Math.Max(-1, y * (1 - _exponent));
        return Math.Exp(LogOnePlusOver(t) * y);
    }

    // (e^t - 1)/t and ln(1 + t)/t by their series where the subtraction would cancel.
    private static double ExpMinusOneOver(double t) => Math.Abs(t) > 1e-6 ? (Math.Exp(t) - 1) / t : 1 + t / 2;

    private static double LogOnePlusOver(double t) => Math.Abs(t) > 1e-6 ? Math.Log(1 + t) / t : 1 - t / 2;
}
