using System.Globalization;
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
            ["ramp"] = ReadRamp,
            ["step"] = ReadSteps,
            ["replay"] = ReadReplay,
            ["search"] = SaturationSearch.Read,
            ["closed"] = section => new ClosedLoop(
                (int)section.Whole("users", 1, 10_000),
                section.Duration("pause", TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.Zero)),
        };

    private static double ReadRate(Section section, string member = "rate") => section.Number(member, 0.001, 1_000_000);

    private static OpenLoop ReadRamp(Section section)
    {
        double from = ReadRate(section, "from");
        double to = ReadRate(section, "to");
        TimeSpan over = section.Duration("over", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));
        return Planned(string.Create(CultureInfo.InvariantCulture, $"ramp {from:R} to {to:R}/s over {Durations.Text(over)}"),
            [new RateSegment(from, to, over.TotalSeconds)]);
    }

    private static OpenLoop ReadSteps(Section section)
    {
        double from = ReadRate(section, "from");
        double to = ReadRate(section, "to");
        int steps = (int)section.Whole("steps", 2, 1000);
        TimeSpan every = section.Duration("every", TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        return Planned(string.Create(CultureInfo.InvariantCulture, $"{steps} steps from {from:R} to {to:R}/s, each for {Durations.Text(every)}"),
            [.. Enumerable.Range(0, steps).Select(i => from + (to - from) * i / (steps - 1)).Select(r => new RateSegment(r, r, every.TotalSeconds))]);
    }

    private static OpenLoop ReadReplay(Section section)
    {
        IReadOnlyList<long> offsets = ReplayArrivals.Read(section, "file");
        double speed = section.Number("speed", 0.001, 1000, 1);
        double rate = offsets.Count == 0 ? 1 : (offsets.Count - 1) * 1e9 / offsets[^1] * speed;
        string name = string.Create(CultureInfo.InvariantCulture, $"replay of {offsets.Count} starts at {speed:R} times their speed");
        return new OpenLoop(name, rate, (_, _) => new ReplayArrivals(offsets, speed)) { Description = $"open loop, {name}" };
    }

    // The rate of reports is the plan's mean; each segment's own stands in the description.
    private static OpenLoop Planned(string name, IReadOnlyList<RateSegment> plan) =>
        new(name, plan.Sum(s => s.Iterations) / plan.Sum(s => s.Seconds), (_, _) => new PlannedArrivals(plan)) { Description = $"open loop, {name}" };
}
