using HashBalancer.Comparison.Validity.Clients;
using HashBalancer.Comparison.Validity.Reports;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison.Validity;

public sealed class ValidityReportTests
{
    private static readonly ValidityReport Good = new(
        default, new Machine("CPU", 2, "Linux", "6.1", ".NET 10"), 30_000,
        [new LawQuantile("p99", 100, 101.9)],
        [new PauseView("open", 10_000, 1, 90, 100, 91), new PauseView("closed", 40_000, 1, 1.5, 100, null)],
        [new ClientSpeed("this runner", 60_000, 10, 0)],
        [new OfferedRate("constant", 20_000, 19_900, 0.005, 0.2, 1, 0)], []);

    [Fact]
    public void Goals_EverythingWithin_Hold() => Assert.All(Good.Goals, g => Assert.True(g.Holds, g.Name));

    [Fact]
    public void Goals_EachMiss_IsNamed()
    {
        Assert.Equal(["p99 within 2 % of the law's"], Missed(Good with { Law = [new LawQuantile("p99", 100, 97.9)] }));
        Assert.Equal(["open: the pause is in p99.9"], Missed(Good with { Pauses = [Good.Pauses[0] with { P999Ms = 50 }] }));
        Assert.Equal(["closed: hides it"], Missed(Good with { Pauses = [Good.Pauses[1] with { P999Ms = 50 }] }));
        Assert.Equal(["constant 20000/s kept within 1 %"], Missed(Good with { Rates = [Good.Rates[0] with { Error = 0.011 }] }));
        Assert.Equal(["constant 10000/s kept within 1 %"], Missed(Good with { Rates = [Good.Rates[0] with { Wanted = 10_000 }] }));
    }

    [Fact]
    public void Markdown_Report_HoldsTheTables()
    {
        string text = new ValidityMarkdown().Write(Good with { Missing = ["wrk is not installed"] });

        Assert.Contains("| p99 | 100 ms | 101.9 ms | +1.90 % |", text, StringComparison.Ordinal);
        Assert.Contains("| closed | 40,000 | 1 ms | 1.5 ms | 100 ms | its users ask nothing meanwhile |", text, StringComparison.Ordinal);
        Assert.Contains("| this runner | 60,000 | 10.0 | 0 |", text, StringComparison.Ordinal);
        Assert.Contains("| constant | 20,000 | 19,900 | 0.50 % | 200 µs | 1 ms | 0 |", text, StringComparison.Ordinal);
        Assert.Contains("- wrk is not installed\n", text, StringComparison.Ordinal);
        Assert.Contains("- holds: p99 within 2 % of the law's\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void H2Load_ItsSummary_IsRead()
    {
        const string Text = "finished in 5.00s, 61234.40 req/s, 4.1MB/s\nrequests: 306172 total, 306236 started, 306172 done, 306170 succeeded, 2 failed, 0 errored, 0 timeout\n";

        Assert.Equal((61234.4, 2L), H2LoadSaturation.Parse(Text));
        Assert.Throws<TargetException>(() => H2LoadSaturation.Parse("nothing"));
    }

    private static IEnumerable<string> Missed(ValidityReport report) => report.Goals.Where(g => !g.Holds).Select(g => g.Name);
}
