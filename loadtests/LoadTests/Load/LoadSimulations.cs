using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Load;

/// <summary>The load simulations by name. A further one is a class and a line here.</summary>
internal static class LoadSimulations
{
    public static readonly IReadOnlyDictionary<string, Func<Section, ILoadSimulation>> All =
        new Dictionary<string, Func<Section, ILoadSimulation>>(StringComparer.Ordinal)
        {
            ["constant"] = section => new OpenLoop("constant", ReadRate(section), (rate, _) => new ConstantArrivals(rate)),
            ["poisson"] = section => new OpenLoop("Poisson", ReadRate(section), (rate, random) => new PoissonArrivals(rate, random)),
            ["closed"] = section => new ClosedLoop(
                (int)section.Whole("users", 1, 10_000),
                section.Duration("pause", TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.Zero)),
        };

    private static double ReadRate(Section section) => section.Number("rate", 0.001, 1_000_000);
}
