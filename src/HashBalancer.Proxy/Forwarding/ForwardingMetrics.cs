using System.Diagnostics.Metrics;
using HashBalancer.Transport;

namespace HashBalancer.Proxy;

/// <summary>The ways a request can take to its node.</summary>
internal enum ForwardingPath
{
    Fast,
    Stock,
}

/// <summary>Counts which path served.</summary>
/// <remarks>Thread-safe and lock-free.</remarks>
internal sealed class ForwardingMetrics
{
    private static readonly string[] Names = ["fast", "stock"];

    private readonly CounterSet _paths = new(Names.Length, CounterSet.StripesForMachine);

    /// <summary>Makes the instruments; their life is the factory's.</summary>
    public ForwardingMetrics(IMeterFactory meters, ConnectionTable connections, IoWatch watch, EpollTransport? loops = null)
    {
        Meter meter = meters.Create(new MeterOptions(ProxyMetrics.MeterName) { Version = typeof(ForwardingMetrics).Assembly.GetName().Version?.ToString(3) });
        meter.CreateObservableCounter("hashbalancer.forwards", Forwards, "{request}", "Requests handed to a node, by the path that took them: fast, or stock for YARP's forwarder.");
        meter.CreateObservableUpDownCounter("hashbalancer.forward.connections", () => connections.Count, "{connection}", "Connections of the fast path to nodes, in use or idle.");
        meter.CreateObservableUpDownCounter("hashbalancer.forward.connections.idle", () => connections.Idle, "{connection}", "Connections of the fast path to nodes that no request uses.");
        meter.CreateObservableCounter("hashbalancer.forward.connections.opened", () => connections.Opened, "{connection}", "Connections of the fast path to nodes that were opened.");
        meter.CreateObservableCounter("hashbalancer.forward.connections.failed", () => connections.Failed, "{connection}", "Attempts to open one that failed, those given up included.");
        meter.CreateObservableUpDownCounter("hashbalancer.io.sockets", () => loops?.Count ?? 0L, "{socket}", "Sockets that event loops serve, to clients and to nodes.");
        meter.CreateObservableCounter("hashbalancer.io.batched", () => loops?.MadeTogether ?? 0L, "{call}", "Receives and sends of sockets that event loops handed to the system together, by io_uring; 0 where it has none for them.");
        meter.CreateObservableCounter("hashbalancer.io.slow", () => watch.Slow, "{callback}", $"Times that a request's work kept a thread that serves sockets for more than {IoWatch.Limit.TotalMilliseconds} ms.");
        meter.CreateObservableGauge("hashbalancer.io.longest", () => watch.TakeLongest().TotalSeconds, "s", "The longest that a request's work kept a thread that serves sockets, since this was read last.");
    }

    public void Count(ForwardingPath path) => _paths.Increment((int)path);

    public long Of(ForwardingPath path) => _paths.Sum((int)path);

    private IEnumerable<Measurement<long>> Forwards() =>
        Names.Select((name, path) => new Measurement<long>(_paths.Sum(path), new KeyValuePair<string, object?>("path", name)));
}
