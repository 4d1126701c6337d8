using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>Listens to the process' instruments and keeps what a scrape shows.</summary>
/// <remarks>Thread-safe. Recording into a known series takes no lock and allocates nothing. Scrapes run one at a time.</remarks>
internal sealed class MetricCollector : IDisposable
{
    // System.Runtime: process CPU, memory and GC; Kestrel: client connections.
    internal static readonly string[] ForeignMeters = ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];

    // For histograms whose author gave no advice: seconds, from 1 ms to 10 s.
    private static readonly double[] DefaultBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentState> _instruments = new();
    private readonly Lock _scraping = new();

    /// <param name="keepsExemplars">Whether histograms keep which trace a measurement was part of: where traces are recorded.</param>
    public MetricCollector(bool keepsExemplars = false)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("HashBalancer.", StringComparison.Ordinal) || ForeignMeters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, i => new InstrumentState(i, BoundsOf(i), keepsExemplars)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _instruments.TryRemove(instrument, out InstrumentState? _);
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Record(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and returns every family, in order of name: those of this project also before their first series, so that who
    /// looks finds out that they are there. What it returns holds until the next scrape, which uses the same lists.</summary>
    public IReadOnlyList<MetricFamily> Scrape()
    {
        lock (_scraping)
        {
            foreach (InstrumentState state in _instruments.Values)
                state.BeginScrape();
            _listener.RecordObservableInstruments();
            return
            [
                .. _instruments.Values
                    .Select(state => (Family: state.ToFamily(), state.IsOwn))
                    .Where(one => one.IsOwn || one.Family.Samples.Count > 0)
                    .Select(one => one.Family)
                    .GroupBy(family => family.Name, StringComparer.Ordinal)
                    .Select(same => Joined([.. same]))
                    .OrderBy(family => family.Name, StringComparer.Ordinal),
            ];
        }
    }

    /// <summary>Scrapes and writes all.</summary>
    public void Write(IBufferWriter<byte> text, bool openMetrics)
    {
        lock (_scraping)
            ExpositionWriter.Write(text, Scrape(), openMetrics);
    }

    public void Dispose() => _listener.Dispose();

    // Two hosts of one process, such as its servers, each have their meters: nearly every other family is one instrument's, and too long to be copied.
    private static MetricFamily Joined(MetricFamily[] same) => same.Length == 1 ? same[0] : same[0] with { Samples = [.. same.SelectMany(family => family.Samples)] };

    // Without a state, the instrument's meter was disposed between the measurement and its report.
    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((InstrumentState?)state)?.Record(value, tags);

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };
}
