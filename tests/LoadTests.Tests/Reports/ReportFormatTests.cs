using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
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
        Assert.Contains("| kill | 1.5 s | 1.8 s | node-2 is killed | 400 | 0.25 | 0.02 |\n", text, StringComparison.Ordinal);
        Assert.Contains("- Gateways agreed on 0.95 of 400 keys\n", text, StringComparison.Ordinal);
        Assert.Contains("- Highest rate within the bounds: 1500/s, of 2 trials\n", text, StringComparison.Ordinal);
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
        Assert.Equal(["json", "markdown", "html", "csv", "junit"], ReportFormats.All.Select(f => f.Name));
        Assert.Equal([".json", ".md", ".html", ".csv", ".xml"], ReportFormats.All.Select(f => f.Extension));
    }

    [Fact]
    public void Csv_Scenario_HasALineForItAndForEachStep()
    {
        string[] lines = new CsvFormat().Write(Report).Split("\r\n");

        Assert.Equal(5, lines.Length);
        Assert.All(lines[..4], l => Assert.Equal(CsvFormat.Columns.Length, l.Split(',').Length));
        Assert.Equal("sample,,false,1000,10,235.5,1,20.5,10,15,30,50,83.2,150.5,199,250,0.99,0.015,1.4,0.6,0.75,0.95,1500,,,", lines[1]);
        Assert.StartsWith("sample,get,false,1000,4,,1,20.5,10,15,30,50,60,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",990,10,83.2", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_CellWithCommaAndQuote_IsQuoted()
    {
        LoadReport report = Report with { Scenarios = [SampleResult.Create() with { Name = "a,\"b\"" }] };

        Assert.Contains("\n\"a,\"\"b\"\"\",,false", new CsvFormat().Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void JUnit_BrokenThreshold_IsAFailedTest()
    {
        XElement root = XDocument.Parse(new JUnitFormat().Write(Report)).Root!;

        Assert.Equal(("1", "1"), (root.Attribute("tests")!.Value, root.Attribute("failures")!.Value));
        XElement test = Assert.Single(root.Descendants("testcase"));
        Assert.Equal(("sample", "failures.count ≤ 0"), (test.Attribute("classname")!.Value, test.Attribute("name")!.Value));
        Assert.Equal("failures.count is 10, 10 above its maximum 0", test.Element("failure")!.Attribute("message")!.Value);
    }

    [Fact]
    public void Html_Charts_ShowWhatTheJsonHolds()
    {
        JsonNode scenario = JsonNode.Parse(new JsonFormat<LoadReport>().Write(Report))!["scenarios"]![0]!;
        Dictionary<string, double> bars = Regex.Matches(new HtmlFormat().Write(Report), "data-name=\"([^\"]*)\" data-value=\"([^\"]*)\"")
            .DistinctBy(m => m.Groups[1].Value)
            .ToDictionary(m => m.Groups[1].Value, m => double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

        JsonNode latency = scenario["iterations"]!["latency"]!;
        Assert.Equal(
            [(double)latency["p50Ms"]!, (double)latency["p99Ms"]!, (double)latency["p999Ms"]!, (double)latency["maxMs"]!],
            [bars["p50"], bars["p99"], bars["p99.9"], bars["max"]]);
        Assert.All(scenario["nodes"]!.AsArray(), n => Assert.Equal((double)n!["answers"]!, bars[(string)n["name"]!]));
        Assert.All(scenario["search"]!["trials"]!.AsArray(), t => Assert.Equal((double)t!["latencyMs"]!, bars[$"{t["rate"]}/s"]));
        Assert.Equal(8 + 3 + 2, bars.Count);
    }

    [Fact]
    public void Html_Page_IsWellFormedFetchesNothingAndEscapes()
    {
        LoadReport report = Report with { Scenarios = [SampleResult.Create() with { Description = "<script>alert(1)</script>" }] };
        string page = new HtmlFormat().Write(report);

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Equal(["data:,"], Regex.Matches(page, "href=\"([^\"]*)\"").Select(m => m.Groups[1].Value));
        Assert.Contains("<td class=\"failed\">FAILED</td>", page, StringComparison.Ordinal);
    }
}
