namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The lines of one histogram series up to their values, made once.</summary>
internal sealed class HistogramLines
{
    public HistogramLines(string family, Labels labels, double[] bounds)
    {
        string prefix = labels.Text.Length == 0 ? "" : labels.Text + ",";
        Buckets =
        [
            .. bounds.Select(bound => ExpositionWriter.Line($"{family}_bucket", $"{prefix}le=\"{ExpositionWriter.Number(bound)}\"")),
            ExpositionWriter.Line($"{family}_bucket", $"{prefix}le=\"+Inf\""),
        ];
        Sum = ExpositionWriter.Line($"{family}_sum", labels.Text);
        Count = ExpositionWriter.Line($"{family}_count", labels.Text);
    }

    public byte[][] Buckets { get; }

    public byte[] Sum { get; }

    public byte[] Count { get; }
}
