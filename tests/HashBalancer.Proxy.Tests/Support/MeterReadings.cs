using System.Diagnostics.Metrics;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>Listens to the meter of one application, as an exporter would.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _observed = [];
    private readonly List<(string Instrument, double Value)> _recorded = [];

    public MeterReadings(IServiceProvider services)
    {
        // The instruments are made with the first middleware; an application's own factory tells its meters from those of other tests.
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Meter.Name == "HashBalancer.Proxy")
            {
                Instruments[instrument.Name] = instrument;
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (_lock)
                _observed.Add(Name(instrument, tags), value);
        });
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            lock (_lock)
            {
                if (instrument.IsObservable)
                    _observed.Add(Name(instrument, tags), value);
                else
                    _recorded.Add((Name(instrument, tags), value));
            }
        });
        _listener.Start();
    }

    public Dictionary<string, Instrument> Instruments { get; } = [];

    /// <summary>What was recorded so far, as <c>instrument{label=value,…}</c>.</summary>
    public (string Instrument, double Value)[] Recorded
    {
        get
        {
            lock (_lock)
                return [.. _recorded];
        }
    }

    /// <summary>Observes the counters of one instrument, zeros left out, as <c>label=value,… count</c> in order.</summary>
    public string[] Observe(string instrument)
    {
        lock (_lock)
            _observed.Clear();
        _listener.RecordObservableInstruments();
        lock (_lock)
        {
            return [.. _observed.Where(o => o.Key.StartsWith(instrument + "{", StringComparison.Ordinal) && o.Value != 0)
                .Select(o => $"{o.Key[(instrument.Length + 1)..^1]} {o.Value}").Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Waits until an instrument reads as expected: a client may have its answer before the proxy has counted it.</summary>
    public async Task AssertReads(string instrument, params string[] expected)
    {
        string[] seen = [];
        try
        {
            await Eventually.IsTrue(() => (seen = Observe(instrument)).SequenceEqual(expected), $"{instrument} as expected");
        }
        catch (Xunit.Sdk.FailException)
        {
            Assert.Equal(expected, seen);
            throw;
        }
    }

    /// <summary>Waits until this many values have been recorded for a series.</summary>
    public Task AssertRecorded(string series, int count) =>
        Eventually.IsTrue(() => Recorded.Count(r => r.Instrument == series && r.Value > 0) == count, $"{series} has {count} values");

    /// <summary>The labels of every series of an instrument, zeros included.</summary>
    public string[] Series(string instrument)
    {
        _ = Observe(instrument);
        lock (_lock)
            return [.. _observed.Keys.Where(key => key.StartsWith(instrument + "{", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private static string Name(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}";
}
