using System.Globalization;
using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Runs;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Fuzzing.Reports;

/// <summary>The report for people.</summary>
internal sealed class FuzzingMarkdown : IReportFormat<FuzzingReport>
{
    public string Name => "markdown";

    public string Extension => ".md";

    public string Write(FuzzingReport report)
    {
        var text = new StringBuilder("# Fuzzing\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {report.StartedAt:yyyy-MM-dd HH:mm} UTC, {report.Machine.Cores} cores of {report.Machine.Cpu}, ");
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine.System}, {report.Machine.Runtime}\n");
        text.Append(CultureInfo.InvariantCulture, $"- `{report.Command}`\n");
        text.Append("- Clients, gateway and node in one process, over sockets of loopback. Checked at all times: every exchange ends; no client gets an answer, and no node a request, with a part of another one's; what is forwarded can be read in one way alone; sound exchanges in between get their own answer byte by byte; the gateway logs no error. At the end: no request, no connection of a client and no connection to the node is left.\n");
        foreach (FuzzResult result in report.Results)
            Append(text, result);
        return text.ToString();
    }

    private static void Append(StringBuilder text, FuzzResult result)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## Damaged {result.Name}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{result.Exchanges:N0} damaged exchanges in {result.Seconds:N0} s, over {result.ClientConnections:N0} connections of clients and {result.NodeConnections:N0} to the node, ");
        text.Append(CultureInfo.InvariantCulture, $"which saw {result.NodeRequests:N0} requests. **Findings: {result.FindingCount:N0}.**\n\n");
        var table = new MarkdownTable("outcome", "exchanges");
        foreach ((string outcome, long count) in result.Outcomes)
            table.Add(outcome, count.ToString("N0", CultureInfo.InvariantCulture));
        text.Append(table);
        foreach (Finding finding in result.Findings)
            text.Append(CultureInfo.InvariantCulture, $"\n- exchange {finding.Exchange}: {finding.What}\n  `{finding.Bytes}`\n");
    }
}
