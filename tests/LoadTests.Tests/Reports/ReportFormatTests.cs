using System.Text.Json.Nodes;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Reports;

public sealed class ReportFormatTests
{
    private static readonly LoadReport Report = new(
        LoadReport.CurrentFormat, "1.2.3", new Machine("CPU", 2, "Linux", "6.1", ".NET 10"), 1.0 / 512, [SampleResult.Create()]);

    [Fact]
    public void Json_WrittenAndRead_IsTheSameReport()
    {
        string text = new JsonFormat<LoadReport>().Write(Report);

        LoadReport read = JsonFormat<LoadReport>.Read(text)!;

        Assert.Equal(text, new JsonFormat<LoadReport>().Write(read));
        ScenarioResult expected = Report.Scenarios[0];
        ScenarioResult scenario = Assert.Single(read.Scenarios);
        Assert.Equal(Report.Machine, read.Machine);
        Assert.Equal((expected.Url, expected.StartedAt, expected.Rate), (scenario.Url, scenario.StartedAt, scenario.Rate));
        Assert.Equal(expected.Iterations.Latency, scenario.Iterations.Latency);
        Assert.Equal(expected.Iterations.Failures, scenario.Iterations.Failures);
        Assert.Equal(expected.Nodes, scenario.Nodes);
        Assert.Equal((expected.Affinity, expected.Balance, expected.CacheHitRatio), (scenario.Affinity, scenario.Balance, scenario.CacheHitRatio));
        Assert.Equal(expected.Thresholds, scenario.Thresholds);
        Assert.Equal(expected.Steps.Select(s => s.Name), scenario.Steps.Select(s => s.Name));
    }

    [Fact]
    public void Json_ForPrograms_NamesMembersInCamelCaseWithTheirUnits()
    {
        JsonNode json = JsonNode.Parse(new JsonFormat<LoadReport>().Write(Report))!;

        Assert.Equal(1, (int)json["format"]!);
        Assert.Equal(83.2, (double)json["scenarios"]![0]!["iterations"]!["latency"]!["p99Ms"]!);
        Assert.Equal(0.99, (double)json["scenarios"]![0]!["affinity"]!["ratio"]!);
        Assert.False((bool)json["scenarios"]![0]!["passed"]!);
    }

    [Fact]
    public void Markdown_Report_HoldsTheTables()
    {
        string text = new MarkdownFormat().Write(Report);

        Assert.Contains("| sample | FAILED | 1,000 | 10 | 236 | 10 ms | 83.2 ms | 150.5 ms | 250 ms | 0.99 | 0.60..1.40 |\n", text, StringComparison.Ordinal);
        Assert.Contains("| get | 1,000 | 4 | 10 ms | 30 ms | 60 ms | 150.5 ms | 250 ms | 60 ms | 200 996 | Timeout 4 |\n", text, StringComparison.Ordinal);
        Assert.Contains("| node-1 | 700 | 1.40 |\n", text, StringComparison.Ordinal);
        Assert.Contains("| failures.count ≤ 0 | FAILED | failures.count is 10, 10 above its maximum 0 | why \\| so |\n", text, StringComparison.Ordinal);
        Assert.Contains("Quantiles are within 0.20 % of the exact ones.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_NothingNamedANode_HasNoNodeTable()
    {
        LoadReport silent = Report with { Scenarios = [SampleResult.Create() with { Nodes = [], Affinity = null, Balance = null, CacheHitRatio = null }] };

        string text = new MarkdownFormat().Write(silent);

        Assert.DoesNotContain("| node |", text, StringComparison.Ordinal);
        Assert.Contains("| – | – |\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void All_Formats_HaveNamesAndExtensionsOfTheirOwn()
    {
        Assert.Equal(["json", "markdown"], ReportFormats.All.Select(f => f.Name));
        Assert.Equal([".json", ".md"], ReportFormats.All.Select(f => f.Extension));
    }
}
