using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>The long run as a table for people.</summary>
internal sealed class SoakMarkdown : IReportFormat<SoakReport>
{
    private const double BytesPerMegabyte = 1e6;
    private const double SecondsPerMinute = 60;

    public static readonly string[] Columns =
        ["proxy", "minutes", "requests", "failed", "RSS MB after a tenth", "at the end", "highest", "slope of the second half, MB/min", "B allocated/request"];

    public string Name => "markdown";

    public string Extension => ".md";

    public static string[] Row(SoakResult r) =>
    [
        r.Name, Number(r.Samples[^1].Seconds / SecondsPerMinute, "0.0"), Figures.Count(r.Requests), Figures.Count(r.Failed),
        Number(r.FirstBytes / BytesPerMegabyte, "0.0"), Number(r.LastBytes / BytesPerMegabyte, "0.0"),
        Number(r.HighestBytes / BytesPerMegabyte, "0.0"), Number(r.SlopeBytesPerMinute / BytesPerMegabyte, "0.000"),
        r.AllocatedBytes is { } bytes ? Number(bytes, "0") : Figures.Missing,
    ];

    public string Write(SoakReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Memory under a long load: {report.Workload}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {report.StartedAt:yyyy-MM-dd HH:mm} UTC, {report.Machine.Cores} cores of {report.Machine.Cpu}, ");
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine.System}, {report.Machine.Runtime}; saturated by client {report.Client}, one proxy after another\n");
        foreach (string missing in report.Missing)
            text.Append(CultureInfo.InvariantCulture, $"- Missing: {missing}\n");
        var table = new MarkdownTable(Columns);
        foreach (SoakResult peer in report.Peers)
            table.Add(Row(peer));
        return text.Append('\n').Append(table).ToString();
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
