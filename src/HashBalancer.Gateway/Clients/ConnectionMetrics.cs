using System.Diagnostics.Metrics;

namespace HashBalancer.Gateway.Clients;

/// <summary>Why a client's connection is refused.</summary>
internal enum Refusal
{
    /// <summary>Its client has as many as it may have.</summary>
    ClientLimit,

    /// <summary>It came from a balancer and did not say for whom.</summary>
    ProxyHeader,
}

/// <summary>Counts connections that were refused.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ConnectionMetrics
{
    private static readonly string[] Names = ["client-limit", "proxy-header"];

    private readonly long[] _refused = new long[Names.Length];

    public ConnectionMetrics(IMeterFactory meters) =>
        meters.Create("HashBalancer.Gateway").CreateObservableCounter(
            "hashbalancer.connections.refused", Refused, "{connection}", "Connections of clients that were refused, by reason: client-limit or proxy-header.");

    public void Refuse(Refusal refusal) => Interlocked.Increment(ref _refused[(int)refusal]);

    private IEnumerable<Measurement<long>> Refused() =>
        Names.Select((name, i) => new Measurement<long>(Volatile.Read(ref _refused[i]), new KeyValuePair<string, object?>("reason", name)));
}
