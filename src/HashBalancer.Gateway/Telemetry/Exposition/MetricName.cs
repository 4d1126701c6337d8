using System.Diagnostics.Metrics;
using System.Text;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>How an instrument's name and unit become a Prometheus metric name.</summary>
/// <remarks>
/// The rule is OpenTelemetry's "Prometheus and OpenMetrics Compatibility": dots become underscores, the unit is spelt out and
/// appended unless the name ends in it, annotations in braces are dropped, monotonic counters end in <c>_total</c>. Beyond it, a gauge that .NET calls
/// <c>thread.count</c> is one of <c>threads</c>: Prometheus keeps <c>_count</c> for histograms, and its tools complain of others.
/// </remarks>
internal static class MetricName
{
    /// <summary>The metric family's name without <c>_total</c>, as OpenMetrics wants it in its metadata lines.</summary>
    public static string FamilyOf(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Length + 10);
        foreach (char c in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_');
        if (UnitOf(instrument) is { Length: > 0 } unit && !name.ToString().EndsWith('_' + unit, StringComparison.Ordinal))
            name.Append('_').Append(unit);
        return IsCounted(instrument) ? name.ToString() : WithoutCount(name.ToString());
    }

    private static bool IsCounted(Instrument instrument) =>
        instrument.GetType().GetGenericTypeDefinition() is { } type && (type == typeof(Histogram<>) || type == typeof(Counter<>) || type == typeof(ObservableCounter<>));

    private static string WithoutCount(string name)
    {
        const string Count = "_count";
        if (!name.EndsWith(Count, StringComparison.Ordinal))
            return name;
        string one = name[..^Count.Length];
        return one.EndsWith('y') ? one[..^1] + "ies" : one + "s";
    }

    private static string UnitOf(Instrument instrument) => instrument.Unit switch
    {
        null or "" => "",
        ['{', ..] => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        "1" => "ratio",
        string other => string.Concat(other.Where(c => char.IsAsciiLetterOrDigit(c) || c == '_')),
    };
}
