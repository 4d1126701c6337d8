using System.Buffers;
using System.Globalization;
using System.Text;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>Writes metric families as Prometheus text 0.0.4 or OpenMetrics 1.0.</summary>
internal static class ExpositionWriter
{
    public const string PrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// <summary>The most digits that a number takes.</summary>
    private const int LongestNumber = 32;

    /// <summary>Up to here whole numbers are written as such by either way, and the faster one is taken.</summary>
    private const double MostWhole = 1e15;

    /// <summary>A line up to its value.</summary>
    public static byte[] Line(string name, string labels) => Encoding.UTF8.GetBytes(labels.Length == 0 ? $"{name} " : $"{name}{{{labels}}} ");

    /// <summary>Writes all.</summary>
    public static void Write(IBufferWriter<byte> text, IReadOnlyList<MetricFamily> families, bool openMetrics)
    {
        foreach (MetricFamily family in families)
        {
            // OpenMetrics names a counter's family without _total, Prometheus' own format with it.
            string name = family.Kind == MetricKind.Counter && !openMetrics ? family.Name + "_total" : family.Name;
            if (family.Help.Length > 0)
                Encoding.UTF8.GetBytes($"# HELP {name} {Escape(family.Help, openMetrics)}\n", text);
            Encoding.UTF8.GetBytes($"# TYPE {name} {TypeName(family.Kind)}\n", text);
            foreach (Sample sample in family.Samples)
            {
                text.Write(sample.Line);
                Number(text, sample.Value);
                if (openMetrics && sample.Exemplar is { } exemplar)
                    Write(text, exemplar);
                text.Write("\n"u8);
            }
        }

        if (openMetrics)
            text.Write("# EOF\n"u8);
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void Number(IBufferWriter<byte> text, double value)
    {
        Span<byte> room = text.GetSpan(LongestNumber);
        int written;
        if (Math.Abs(value) < MostWhole && value == Math.Truncate(value))
            ((long)value).TryFormat(room, out written, provider: CultureInfo.InvariantCulture);
        else if (!double.IsFinite(value) || !value.TryFormat(room, out written, "R", CultureInfo.InvariantCulture))
            written = Encoding.UTF8.GetBytes(Number(value), room);
        text.Advance(written);
    }

    private static void Write(IBufferWriter<byte> text, Exemplar exemplar)
    {
        double at = (exemplar.At - DateTime.UnixEpoch).TotalSeconds;
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $" # {{trace_id=\"{exemplar.TraceId}\",span_id=\"{exemplar.SpanId}\"}} {Number(exemplar.Value)} {at:0.000}"), text);
    }

    private static string TypeName(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Escape(string help, bool openMetrics)
    {
        string escaped = help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return openMetrics ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
