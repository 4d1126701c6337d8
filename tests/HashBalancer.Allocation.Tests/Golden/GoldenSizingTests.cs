using System.Globalization;
using System.Text;
using HashBalancer.Allocation.Sizing;
using HashBalancer.Allocation.Sizing.Autoscaling;
using HashBalancer.Allocation.Sizing.Queueing;

namespace HashBalancer.Allocation.Tests.Golden;

/// <summary>Sizes and scaling decisions of drawn loads: the same as ever.</summary>
public sealed class GoldenSizingTests
{
    private const int Seeds = 100;

    [Fact]
    public void Load_Drawn_NeedsAsManyNodesAsEver() => Golden.Hold("sizing", Seeds, random =>
    {
        var text = new StringBuilder();
        for (int i = 0; i < 20; i++)
        {
            var load = new PoolLoad
            {
                ArrivalsPerSecond = random.Next(0, 2000) / 4.0,
                MeanSeconds = random.Next(1, 400) / 1000.0,
                SlotsPerNode = random.Next(1, 9),
                TargetUtilisation = random.Next(3, 11) / 10.0,
                WaitProbability = random.Next(2) == 0 ? null : random.Next(1, 10) / 10.0,
                WaitSeconds = random.Next(3) * 0.05,
                LoseNodes = random.Next(3),
                Zones = random.Next(1, 4),
                LoseZones = 0,
                Minimum = random.Next(4),
                Maximum = random.Next(3) == 0 ? random.Next(4, 30) : int.MaxValue,
            };
            Append(text, () => PoolSizing.Of(load with { LoseZones = load.Zones > 1 ? random.Next(2) : 0 }).ToString());
            Append(text, () => ZoneHeadroom.Spread(random.Next(0, 40), random.Next(1, 6), random.Next(3), random.Next(3)).ToString());
            Append(text, () => Golden.Number(ErlangC.ProbabilityOfWait(random.Next(1, 60), random.Next(0, 500) / 10.0)));
            Append(text, () => ErlangC.FewestServers(random.Next(0, 500) / 10.0, random.Next(1, 100) / 100.0, random.Next(3) * 0.1, 0.2) is var few
                ? $"{few.Servers} {Golden.Number(few.Probability)} {Golden.Number(few.ProbabilityWithOneLess)}" : "");
            Append(text, () => $"{SquareRootStaffing.Servers(random.Next(0, 900) / 3.0, random.Next(0, 30) / 10.0)} {Golden.Number(SquareRootStaffing.ProbabilityOfWait(random.Next(1, 30) / 10.0))}");
            Append(text, () => $"{Golden.Number(LittlesLaw.InFlight(random.Next(0, 100), random.Next(0, 20) / 10.0))} {LittlesLaw.Nodes(random.Next(0, 300) / 2.0, random.Next(1, 9), random.Next(1, 11) / 10.0)}");
        }

        return text;
    });

    [Fact]
    public void Metrics_Drawn_AreFollowedAsEver() => Golden.Hold("scaling", Seeds, random =>
    {
        var text = new StringBuilder();
        for (int i = 0; i < 20; i++)
        {
            ReplicaMetric[] replicas = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => new ReplicaMetric(
                random.Next(5) == 0 ? null : random.Next(0, 1500), random.Next(2) == 0 ? null : random.Next(1, 1000), Ready: random.Next(4) > 0))];
            Append(text, () => $"{ReplicaCalculator.Desired(replicas.Length, random.Next(1, 800), replicas, random.Next(2) == 0 ? null : new ScalingTolerance(random.Next(4) / 10.0, random.Next(4) / 10.0))}");
            ScalingLimit[] limits = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new ScalingLimit((ScalingUnit)random.Next(2), random.Next(1, 100), TimeSpan.FromSeconds(random.Next(1, 120))))];
            ScalingEvent[] ups = Events(random), downs = Events(random);
            int current = random.Next(1, 50);
            foreach (ScalingSelect select in Enum.GetValues<ScalingSelect>())
                Append(text, () => $"{ScalingLimits.Lowest(current, limits, ups, downs, select)} {ScalingLimits.Highest(current, limits, ups, downs, select)}");
            Recommendation[] history = [.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => new Recommendation(random.Next(1, 20), TimeSpan.FromSeconds(random.Next(0, 600))))];
            Append(text, () => $"{new StabilisationWindows(TimeSpan.FromSeconds(random.Next(3) * 60), TimeSpan.FromSeconds(random.Next(6) * 60)).Apply(random.Next(1, 20), random.Next(1, 20), history)}");
            var activation = new Activation { Target = random.Next(1, 50), Threshold = random.Next(0, 20), Minimum = random.Next(3), Maximum = random.Next(3, 30), Cooldown = TimeSpan.FromSeconds(random.Next(1, 300)) };
            Append(text, () => activation.Decide(random.Next(0, 400) / 2.0, random.Next(0, 6), TimeSpan.FromSeconds(random.Next(0, 400))).ToString());
        }

        return text;
    });

    private static ScalingEvent[] Events(Random random) =>
        [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => new ScalingEvent(random.Next(1, 6), TimeSpan.FromSeconds(random.Next(0, 150))))];

    /// <summary>What is refused counts as much as what is answered.</summary>
    private static void Append(StringBuilder text, Func<string> result)
    {
        try
        {
            text.Append(CultureInfo.InvariantCulture, $"{result()}\n");
        }
        catch (Exception refused) when (refused is ArgumentException or OverflowException)
        {
            text.Append(CultureInfo.InvariantCulture, $"{refused.GetType().Name} {(refused as ArgumentException)?.ParamName}\n");
        }
    }
}
