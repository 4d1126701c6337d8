using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>What one gateway in this process says of itself, through the same instruments as in production.</summary>
/// <remarks>Thread-safe. Make it before the gateway starts, so that nothing is missed.</remarks>
internal sealed class GatewayMeters : IDisposable
{
    private const string ClientConnectionsName = "kestrel.active_connections";
    private const string NodeConnectionsName = "hashbalancer.forward.connections";
    private const string ForwardsName = "hashbalancer.forwards";

    private readonly MeterListener _listener = new();
    private readonly Lock _reading = new();
    private long _clientConnections;
    private long _nodeConnections;
    private long _forwards;

    public GatewayMeters(IServiceProvider gateway)
    {
        IMeterFactory factory = gateway.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Name is ClientConnectionsName or NodeConnectionsName or ForwardsName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Take);
        _listener.Start();
    }

    /// <summary>Connections of clients that the gateway has not closed.</summary>
    public long ClientConnections => Interlocked.Read(ref _clientConnections);

    /// <summary>Connections of the lean path to nodes.</summary>
    public long NodeConnections => Observe(ref _nodeConnections);

    /// <summary>Requests handed to a forwarder.</summary>
    public long Forwards => Observe(ref _forwards);

    public void Dispose() => _listener.Dispose();

    private long Observe(ref long value)
    {
        lock (_reading)
        {
            _nodeConnections = _forwards = 0;
            _listener.RecordObservableInstruments();
            return value;
        }
    }

    private void Take(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        switch (instrument.Name)
        {
            case ClientConnectionsName:
                Interlocked.Add(ref _clientConnections, value);
                break;
            case NodeConnectionsName:
                _nodeConnections += value;
                break;
            case ForwardsName:
                _forwards += value;
                break;
        }
    }
}
