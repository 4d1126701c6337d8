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

    // In the order in which the scrape before saw them, overwritten by the scrape under way up to _next.
    private readonly List<ObservedSeries> _order = [];
    private int _next;
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
        _next = 0;
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
        List<Sample> samples = new(_next);
        if (_instrument.IsObservable)
        {
            // Label sets that ended since the last scrape are absent, and forgotten.
            if (_order.Count > _next)
            {
                _order.RemoveRange(_next, _order.Count - _next);
                _observed.Keep(series => series.Scrape == _scrape);
            }

            foreach (ObservedSeries series in _order)
                samples.Add(new Sample(series.Line, series.Value));
        }

        samples.AddRange(_sums.All.Select(s => new Sample(s.Line, s.Value)));
        foreach (HistogramSeries series in _histograms.All)
            AddBuckets(series, samples);
        return new MetricFamily(_family, _kind, _instrument.Description ?? "", samples);
    }

    private void Observe(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ObservedSeries series;
        if (_next < _order.Count && _order[_next].Labels.Match(tags))
        {
            series = _order[_next];
        }
        else
        {
            series = _observed.Of(tags);
            if (_next < _order.Count)
                _order[_next] = series;
            else
                _order.Add(series);
        }

        series.Value = value;
        series.Scrape = _scrape;
        _next++;
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
