using System.Text.Json;

namespace HashBalancer.LoadTests.Reports;

/// <summary>The report as it is; what programs read.</summary>
internal sealed class JsonFormat<TReport> : IReportFormat<TReport>
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Name => "json";

    public string Extension => ".json";

    public string Write(TReport report) => JsonSerializer.Serialize(report, Options) + "\n";

    public static TReport? Read(string text) => JsonSerializer.Deserialize<TReport>(text, Options);
}
