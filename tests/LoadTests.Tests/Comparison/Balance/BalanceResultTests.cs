using HashBalancer.Comparison.Balance.Cli;
using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Balance.Reports;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.LoadTests.Tests.Comparison.Balance;

public sealed class BalanceResultTests
{
    /// <summary>Node 0 does more than its part until a moment.</summary>
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(50, 37.0)]
    [InlineData(200, null)]
    public void SettledAfter_LoadThatIsUnevenUntil_IsWhenTheLastEvenStretchBegan(int until, double? expected)
    {
        List<FleetSample> samples = [];
        double first = 0, second = 0;
        for (int i = 0; i <= 120; i++)
        {
            samples.Add(new FleetSample(i, [first, second], 0, 0, 0));
            first += i < until ? 0.7 : 0.5;
            second += i < until ? 0.3 : 0.5;
        }

        // A window may hold as much of the uneven time as its limit of 1.15 allows: 11 s of 30 at 1.4.
        double? settled = BalanceResult.SettledAfter(samples);
        Assert.Equal(expected is null, settled is null);
        if (expected is { } seconds)
            Assert.InRange(settled!.Value, seconds, seconds + 3);
    }

    /// <summary>Two nodes, of which one always does more, and two that take turns at it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ByChanceAlone_WhoeverDidMore_IsTheComingAndGoingOfTheLoad(bool takeTurns)
    {
        List<FleetSample> samples = [new FleetSample(0, [0, 0], 0, 0, 0)];
        for (int i = 1; i <= 100; i++)
        {
            double[] last = [.. samples[^1].BusySeconds];
            bool isOther = takeTurns && i % 2 == 0;
            samples.Add(new FleetSample(10 * i, [last[0] + (isOther ? 4 : 6), last[1] + (isOther ? 6 : 4)], 0, 0, 0));
        }

        // A hundred coins at 0.2 of the mean each way: their sum is off by 10 tosses of 100 in the root mean square, by 0.798 of that in the mean.
        Assert.Equal(1.016, BalanceResult.ByChanceAlone(samples), 0.001);
        Assert.Equal(takeTurns ? 1 : 1.2, samples[^1].MaxOverMean(samples[0]), 1e-9);
    }

    [Fact]
    public void ByChanceAlone_NoLoad_IsNothing() =>
        Assert.Equal(0, BalanceResult.ByChanceAlone([new FleetSample(0, [0, 0], 0, 0, 0), new FleetSample(20, [0, 0], 0, 0, 0)]));

    [Fact]
    public void Goals_OfAScenario_JudgeHashBalancerByTheRingAndThePeers()
    {
        var table = new BalanceTable("equal-1.1", 1.1, [1, 1], [Result("HashBalancer", 1.04, 0.950, 100, 20), Result("ring alone", 2, 0.954, 900, null), Result("nginx", 2, 0.95, 110, null)]);

        Assert.Equal(
            ["utilisation max/mean 1.04 1.05 True", "seconds until settled 20 120 True", "hits lost to the ring alone 0.004 0.005 True", "p99 over the best peer's 0.909 1 True"],
            table.Goals.Select(g => FormattableString.Invariant($"{g.Name} {Math.Round(g.Is!.Value, 3)} {g.AtMost} {g.Holds}")));
        Assert.DoesNotContain((table with { Results = [Result("HashBalancer", 1.06, 0.95, 100, null)] }).Goals, g => g.Holds);
        Assert.Equal(1.1, (table with { Exponent = 1.2 }).Goals[0].AtMost);
        Assert.DoesNotContain((table with { Speeds = [1, 2] }).Goals, g => g.Name.StartsWith("hits", StringComparison.Ordinal));
    }

    [Fact]
    public void Markdown_Report_HasGoalsAndATablePerScenario()
    {
        BalanceResult[] runs = [Result("HashBalancer", 1.2, 0.95, 100, 10), Result("HashBalancer", 1.3, 0.97, 90, null), Result("HashBalancer", 1.1, 0.9, 110, 20)];
        BalanceTable[] scenarios = [new("unlike-1.2", 1.2, [1, 1, 2], [BalanceResult.MedianOf(runs)])];
        var report = new BalanceReport(DateTimeOffset.UnixEpoch, new Machine("cpu", 2, "os", "1", "rt"), 60, 30, 3, 7, ["nginx is not installed"], scenarios);

        string text = new BalanceMarkdown().Write(report);

        Assert.Contains("\n## Zipf 1.2, speeds 2 × 1, 1 × 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| unlike-1.2: utilisation max/mean | 1.200 | 1.1 | no |\n| unlike-1.2: seconds until settled | never | 120 | no |\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| HashBalancer | 1.200 (1.100..1.300) | 1.021 | 0.600 | 0.950 | 1.00 % | 30 | 100 | – | 0.10 % | 3,000 | 6 | 1.02 |\n", text, StringComparison.Ordinal);
        Assert.Contains("\nMissing: nginx is not installed\n", text, StringComparison.Ordinal);
        Assert.Equal("unlike-1.2", JsonFormat<BalanceReport>.Read(new JsonFormat<BalanceReport>().Write(report))!.Scenarios.Single().Name);
    }

    [Fact]
    public void Options_ManyMistakes_AreToldAtOnce()
    {
        UsageException e = Assert.Throws<UsageException>(() => BalanceOptions.Read(0, double.NaN, 21, 0, ["equal-1.3"], ["ngin"], smoke: false));

        Assert.Equal(
        [
            "--settle: 0 is not allowed; it must be a number from 1 to 3600",
            "--measure: NaN is not allowed; it must be a number from 1 to 3600",
            "--seeds: 21 is not allowed; it must be a whole number from 1 to 20",
            "--at-once: 0 is not allowed; it must be a whole number from 1 to 50",
            "--scenario: \"equal-1.3\" is none of equal-0.9, equal-1.0, equal-1.1, equal-1.2, unlike-0.9, unlike-1.0, unlike-1.1, unlike-1.2 (did you mean \"equal-1.0\"?)",
            "--only: \"ngin\" is none of HAProxy, HAProxy agent weights, HAProxy bound 125, HAProxy bound 150, HashBalancer, nginx, ring alone (did you mean \"nginx\"?)",
        ], e.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Options_Smoke_IsOneShortScenario()
    {
        BalanceOptions options = BalanceOptions.Read(120, 120, 5, 7, [], [], smoke: true);

        Assert.Equal((BalancePlan.Smoke, "equal-1.1", 7), (options.Plan, options.Scenarios.Single().Name, options.Peers.Count));
        BalanceOptions whole = BalanceOptions.Read(120, 120, 5, 7, [], [], smoke: false);
        Assert.Equal((8, 5), (whole.Scenarios.Count, whole.Plan.Seeds));
    }

    private static BalanceResult Result(string name, double maxOverMean, double hits, double p99, double? settled) =>
        new(name, "1", maxOverMean, 1.021, 0.6, hits, 0.01, 30, p99, settled, 0.001, 1000, 2, 1.02);
}
