using System.Diagnostics.Metrics;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The kinds of Prometheus metrics this exposition has.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One line of a family: name suffix, labels and value.</summary>
internal readonly record struct Sample(string Suffix, string Labels, double Value);

/// <summary>One metric with all its series, as one scrape saw it.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help, List<Sample> Samples);

/// <summary>What is kept of one instrument between and during scrapes.</summary>
internal sealed class InstrumentState
{
    private readonly Instrument _instrument;
    private readonly MetricKind _kind;
    private readonly SeriesTable<SumSeries> _sums;
    private readonly SeriesTable<HistogramSeries> _histograms;

    // What the observable callbacks of the scrape under way gave: label sets that ended since the last scrape are absent.
    private readonly List<(Labels Labels, double Value)> _observed = [];

    public InstrumentState(Instrument instrument, double[] bounds)
    {
        _instrument = instrument;
        Type definition = instrument.GetType().GetGenericTypeDefinition();
        _kind = definition == typeof(Histogram<>) ? MetricKind.Histogram
            : definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        IsLastValue = definition == typeof(Gauge<>);
        _sums = new(static labels => new SumSeries(labels));
        _histograms = new(labels => new HistogramSeries(labels, bounds));
    }

    private bool IsLastValue { get; }

    public void BeginScrape() => _observed.Clear();

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_instrument.IsObservable)
            _observed.Add((Labels.Of(tags), value));
        else if (_kind == MetricKind.Histogram)
            _histograms.Of(tags).Record(value);
        else if (IsLastValue)
            _sums.Of(tags).Set(value);
        else
            _sums.Of(tags).Add(value);
    }

    public MetricFamily ToFamily()
    {
        List<Sample> samples = [];
        string suffix = _kind == MetricKind.Counter ? "_total" : "";
        samples.AddRange(_observed.Select(o => new Sample(suffix, o.Labels.Text, o.Value)));
        samples.AddRange(_sums.All.Select(s => new Sample(suffix, s.Labels.Text, s.Value)));
        foreach (HistogramSeries series in _histograms.All)
            AddBuckets(series, samples);
        return new MetricFamily(MetricName.FamilyOf(_instrument), _kind, _instrument.Description ?? "", samples);
    }

    private static void AddBuckets(HistogramSeries series, List<Sample> samples)
    {
        string prefix = series.Labels.Text.Length == 0 ? "" : series.Labels.Text + ",";
        long[] counts = series.Counts();
        long cumulated = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            cumulated += counts[i];
            string bound = i < series.Bounds.Length ? ExpositionWriter.Number(series.Bounds[i]) : "+Inf";
            samples.Add(new Sample("_bucket", $"{prefix}le=\"{bound}\"", cumulated));
        }

        samples.Add(new Sample("_sum", series.Labels.Text, series.Sum));
        samples.Add(new Sample("_count", series.Labels.Text, cumulated));
    }
}
