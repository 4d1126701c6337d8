using System.Globalization;
using System.Xml.Linq;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>Each scenario as a test suite and each threshold as a test, as continuous integration shows them.</summary>
internal sealed class JUnitFormat : IReportFormat<LoadReport>
{
    public string Name => "junit";

    public string Extension => ".xml";

    public string Write(LoadReport report)
    {
        ThresholdResult[] all = [.. report.Scenarios.SelectMany(s => s.Thresholds)];
        var root = new XElement("testsuites", Counts("load tests", all), report.Scenarios.Select(Suite));
        return new XDeclaration("1.0", "utf-8", standalone: null) + "\n" + root + "\n";
    }

    private static XElement Suite(ScenarioResult s) => new(
        "testsuite", Counts(s.Name, s.Thresholds), new XAttribute("time", s.MeasuredSeconds.ToString("0.###", CultureInfo.InvariantCulture)),
        new XAttribute("timestamp", s.StartedAt.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
        s.Thresholds.Select(t => Case(s, t)));

    private static XElement Case(ScenarioResult s, ThresholdResult t)
    {
        var test = new XElement("testcase", new XAttribute("classname", s.Name), new XAttribute("name", t.Bound));
        if (!t.Passed)
            test.Add(new XElement("failure", new XAttribute("message", t.Text), $"The bound's reason: {t.Because}"));
        return test;
    }

    private static XAttribute[] Counts(string name, IReadOnlyCollection<ThresholdResult> thresholds) =>
    [
        new("name", name), new("tests", thresholds.Count), new("failures", thresholds.Count(t => !t.Passed)),
    ];
}
