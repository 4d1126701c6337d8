using System.Diagnostics.Metrics;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The kinds of Prometheus metrics this exposition has.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One line of a family: all up to its value, the value, and what stands for it.</summary>
internal readonly record struct Sample(byte[] Line, double Value, Exemplar? Exemplar = null);

/// <summary>One metric with all its series, as one scrape saw it.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help, List<Sample> Samples);

/// <summary>What is kept of one instrument between and during scrapes.</summary>
/// <remarks>A pool of a thousand nodes has thousands of series, whose labels are the same at every scrape, in the same order: their lines are made once, and
/// found by their place.</remarks>
internal sealed class InstrumentState
{
    private readonly Instrument _instrument;
    private readonly MetricKind _kind;
    private readonly string _family;
    private readonly SeriesTable<SumSeries> _sums;
    private readonly SeriesTable<HistogramSeries> _histograms;
    private readonly SeriesTable<ObservedSeries> _observed;

    // In the order in which the scrape before saw them, overwritten by the scrape under way up to as many as it has seen.
    private readonly List<ObservedSeries> _order = [];

    // What the scrape under way has seen; kept from one to the next, for it is long.
    private readonly List<Sample> _seen = [];
    private long _scrape;

    public InstrumentState(Instrument instrument, double[] bounds, bool keepsExemplars)
    {
        _instrument = instrument;
        Type definition = instrument.GetType().GetGenericTypeDefinition();
        _kind = definition == typeof(Histogram<>) ? MetricKind.Histogram
            : definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        IsLastValue = definition == typeof(Gauge<>);
        _family = MetricName.FamilyOf(instrument);
        string name = _kind == MetricKind.Counter ? _family + "_total" : _family;
        _sums = new(labels => new SumSeries(labels, ExpositionWriter.Line(name, labels.Text)));
        _observed = new(labels => new ObservedSeries(labels, ExpositionWriter.Line(name, labels.Text)));
        _histograms = new(labels => new HistogramSeries(labels, bounds, new HistogramLines(_family, labels, bounds), keepsExemplars));
    }

    /// <summary>Whether it is of this project.</summary>
    public bool IsOwn => _instrument.Meter.Name.StartsWith("HashBalancer.", StringComparison.Ordinal);

    private bool IsLastValue { get; }

    public void BeginScrape()
    {
        _seen.Clear();
        _scrape++;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_instrument.IsObservable)
            Observe(value, tags);
        else if (_kind == MetricKind.Histogram)
            _histograms.Of(tags).Record(value);
        else if (IsLastValue)
            _sums.Of(tags).Set(value);
        else
            _sums.Of(tags).Add(value);
    }

    public MetricFamily ToFamily()
    {
        if (_instrument.IsObservable && _order.Count > _seen.Count)
        {
            // Label sets that ended since the last scrape are absent, and forgotten.
            _order.RemoveRange(_seen.Count, _order.Count - _seen.Count);
            _observed.Keep(series => series.Scrape == _scrape);
        }

        foreach (SumSeries series in _sums.All)
            _seen.Add(new Sample(series.Line, series.Value));
        foreach (HistogramSeries series in _histograms.All)
            AddBuckets(series, _seen);
        return new MetricFamily(_family, _kind, _instrument.Description ?? "", _seen);
    }

    private void Observe(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        int place = _seen.Count;
        ObservedSeries series;
        if (place < _order.Count && _order[place].Labels.Match(tags))
        {
            series = _order[place];
        }
        else
        {
            series = _observed.Of(tags);
            if (place < _order.Count)
                _order[place] = series;
            else
                _order.Add(series);
        }

        series.Scrape = _scrape;
        _seen.Add(new Sample(series.Line, value));
    }

    private static void AddBuckets(HistogramSeries series, List<Sample> samples)
    {
        long cumulated = 0;
        for (int i = 0; i < series.Buckets; i++)
        {
            cumulated += series.CountOf(i);
            samples.Add(new Sample(series.Lines.Buckets[i], cumulated, series.ExemplarOf(i)));
        }

        samples.Add(new Sample(series.Lines.Sum, series.Sum));
        samples.Add(new Sample(series.Lines.Count, cumulated));
    }
}
