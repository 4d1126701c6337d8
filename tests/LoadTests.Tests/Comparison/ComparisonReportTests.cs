using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class ComparisonReportTests
{
    private static readonly Round[] Yardstick = [MediansTests.Sample(1, cpu: 20, rate: 50_000)];

    private static readonly ComparisonReport Report = new(
        ComparisonReport.CurrentFormat, "1.2.3", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new Machine("CPU", 2, "Linux", "6.1", ".NET 10"),
        "small-get", "GET", "own", new RoundPlan(1, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10), 3), ["nginx: nginx is not installed"],
        [new PeerResult("HAProxy", "HAProxy 2.6", IsYardstick: true, Yardstick, Medians.Of(Yardstick, Yardstick))]);

    [Fact]
    public void Json_WrittenAndRead_IsTheSameReport()
    {
        string text = new JsonFormat<ComparisonReports>().Write(new ComparisonReports([Report]));

        ComparisonReport read = JsonFormat<ComparisonReports>.Read(text)!.Workloads.Single();

        Assert.Equal(text, new JsonFormat<ComparisonReports>().Write(new ComparisonReports([read])));
        Assert.Equal(Report.Plan, read.Plan);
        Assert.Equal(Report.Missing, read.Missing);
        Assert.Equal(Report.Peers[0].Rounds, read.Peers[0].Rounds);
        Assert.Equal(Report.Peers[0].Median, read.Peers[0].Median);
    }

    [Fact]
    public void Summary_Ratios_AreTakenWithinRounds()
    {
        // The second round's machine was half as fast for both: that changes no ratio.
        Round[] own = [MediansTests.Sample(1, cpu: 22, rate: 40_000), MediansTests.Sample(2, cpu: 44, rate: 20_000)];
        Round[] stock = [MediansTests.Sample(1, cpu: 88, rate: 10_000), MediansTests.Sample(2, cpu: 176, rate: 5_000)];
        ComparisonReport report = Report with
        {
            Peers =
            [
                .. Report.Peers,
                new PeerResult("stock YARP", "", IsYardstick: false, stock, Medians.Of(stock, Yardstick)),
                new PeerResult("HashBalancer", "", IsYardstick: false, own, Medians.Of(own, Yardstick)),
            ],
        };

        Assert.Equal(["small-get", "30,000", "0.80", "4.00", "33.0", "1.10", "0.25", "1.00", "20", "512", "2"], ComparisonSummary.Row(report));
        Assert.Equal(["small-get", .. Enumerable.Repeat(Figures.Missing, 10)], ComparisonSummary.Row(Report));
    }

    [Fact]
    public void Markdown_Report_NamesConditionsMissingPeersAndFigures()
    {
        string text = new ComparisonMarkdown().Write(new ComparisonReports([Report]));

        Assert.Contains(
            "Client: own; 1 rounds of 8 s and 8 s, at most 3 warm-up rounds with parts of 10 s, 2026-01-02 03:04 UTC.\n\n- Missing: nginx: nginx is not installed\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "| HAProxy | 50,000 | 1 ms | 2 ms | 3 ms | 20.0 | 5.0 | 15.0 | 1.00 | 95 % | 20 | 512 | 25,000 | 0.1 % | 500 µs | 900 µs | 1.5 ms | 0.9 | 1 |\n",
            text, StringComparison.Ordinal);
        Assert.Contains("| HAProxy | 50,000 / 20.0 |\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void JoinedBy_EarlierReportOfTheSameMachine_KeepsWhatWasNotMeasuredAnew()
    {
        ComparisonReport again = Report with { Version = "1.2.4" };
        string earlier = JsonOf(Report with { Workload = "get-64k" }, Report);

        IReadOnlyList<ComparisonReport> joined = EarlierWorkloads.JoinedBy(earlier, [again], ["small-get", "get-64k"]).Workloads;

        Assert.Equal([("small-get", "1.2.4"), ("get-64k", "1.2.3")], joined.Select(report => (report.Workload, report.Version)));
    }

    [Fact]
    public void JoinedBy_EarlierReportOfAnotherMachineOrShape_KeepsNothing()
    {
        ComparisonReport other = Report with { Workload = "get-64k" };

        Assert.All(
            [JsonOf(other with { Machine = other.Machine with { Cores = 4 } }), JsonOf(other with { Format = 1 }), "{", "null", null],
            earlier => Assert.Equal([Report], EarlierWorkloads.JoinedBy(earlier, [Report], ["small-get", "get-64k"]).Workloads));
    }

    private static string JsonOf(params ComparisonReport[] reports) => new JsonFormat<ComparisonReports>().Write(new ComparisonReports(reports));
}
