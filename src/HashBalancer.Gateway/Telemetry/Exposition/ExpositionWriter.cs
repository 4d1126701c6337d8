using System.Globalization;
using System.Text;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>Writes metric families as Prometheus text 0.0.4 or OpenMetrics 1.0.</summary>
internal static class ExpositionWriter
{
    public const string PrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static string Write(IReadOnlyList<MetricFamily> families, bool openMetrics)
    {
        var text = new StringBuilder(64 * 1024);
        foreach (MetricFamily family in families)
        {
            // OpenMetrics names a counter's family without _total, Prometheus' own format with it.
            string name = family.Kind == MetricKind.Counter && !openMetrics ? family.Name + "_total" : family.Name;
            if (family.Help.Length > 0)
                text.Append("# HELP ").Append(name).Append(' ').Append(Escape(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(TypeName(family.Kind)).Append('\n');
            foreach (Sample sample in family.Samples)
            {
                text.Append(family.Name).Append(sample.Suffix);
                if (sample.Labels.Length > 0)
                    text.Append('{').Append(sample.Labels).Append('}');
                text.Append(' ').Append(Number(sample.Value)).Append('\n');
            }
        }

        if (openMetrics)
            text.Append("# EOF\n");
        return text.ToString();
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string TypeName(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Escape(string help) => help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
}
