using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>The instruments of the meter <c>HashBalancer.Control</c>. Labels are bounded by the pools of the configuration.</summary>
/// <remarks>Thread-safe. What can be read from the snapshot and the registry's status is read only when a collector asks.</remarks>
internal sealed class ControlTelemetry
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HashBalancer.Control";

    private static readonly NodeState[] States = Enum.GetValues<NodeState>();
    private readonly SnapshotStore _store;
    private readonly RegistryStatus _status;
    private readonly TimeProvider _time;
    private readonly Counter<long> _queries;
    private readonly Counter<long> _changes;
    private readonly Counter<double> _moved;
    private readonly ConcurrentDictionary<string, int> _starting = new(StringComparer.Ordinal);

    /// <summary>Makes the instruments; a collector that listens sees them from then on.</summary>
    public ControlTelemetry(IMeterFactory meters, SnapshotStore store, RegistryStatus status, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _store = store;
        _status = status;
        _time = time;
        Meter meter = meters.Create(MeterName);
        _queries = meter.CreateCounter<long>("hashbalancer.registry.queries", "{query}", "Queries of the registry that ended, by outcome: answered, refused (4xx), failed.");
        _changes = meter.CreateCounter<long>("hashbalancer.membership.changes", "{change}", "Published changes of a pool's nodes: one a pool and snapshot.");
        _moved = meter.CreateCounter<double>("hashbalancer.ring.moved", unit: null, "Key space that changed its owner with a published snapshot, whatever the cause: 1 is all of it.");
        meter.CreateObservableGauge("hashbalancer.ring.share", Shares, "1", "The part of the pool's key space that a node owns, overrides included.");
        meter.CreateObservableGauge("hashbalancer.ring.points", () => _store.Current.Pools.Values.Select(pool => new Measurement<int>(pool.Ring.PointCount, new KeyValuePair<string, object?>("pool", pool.Name))), "{point}", "Points on the pool's ring.");
        meter.CreateObservableGauge("hashbalancer.nodes", Nodes, "{node}", "Registered nodes of each pool by state: up, draining, down, warming.");
        meter.CreateObservableGauge("hashbalancer.nodes.starting", StartingNodes, "{node}", "Nodes that start slowly and have not got their whole weight yet.");
        meter.CreateObservableGauge("hashbalancer.membership.held", Held, "{node}", "Nodes kept although the registry's last answer, a doubtful one, did not name them.");
        meter.CreateObservableGauge("hashbalancer.snapshot.version", () => _store.Current.Version, "{version}", "Version of the snapshot in force.");
        meter.CreateObservableGauge("hashbalancer.registry.up", () => _status.Current.State == RegistryState.Reachable ? 1 : 0, unit: null, "Whether the registry answers: 1 or 0.");
        meter.CreateObservableGauge("hashbalancer.registry.age", Age, "s", "Time since the registry's last answer; absent before the first.");
    }

    internal void Query(QueryOutcome outcome) => _queries.Add(1, new KeyValuePair<string, object?>("outcome", LabelOf(outcome)));

    internal void Changed(string pool) => _changes.Add(1, new KeyValuePair<string, object?>("pool", pool));

    internal void Moved(string pool, double share) => _moved.Add(share, new KeyValuePair<string, object?>("pool", pool));

    internal void Starting(string pool, int nodes) => _starting[pool] = nodes;

    private IEnumerable<Measurement<int>> StartingNodes() => _store.Current.Pools.Values
        .Select(pool => new Measurement<int>(_starting.GetValueOrDefault(pool.Name), new KeyValuePair<string, object?>("pool", pool.Name)));

    private IEnumerable<Measurement<double>> Shares()
    {
        foreach (PoolSnapshot pool in _store.Current.Pools.Values)
        {
            foreach (Node node in pool.Nodes)
            {
                if (pool.Ring.TryGetSlot(node.Id, out int slot))
                    yield return new Measurement<double>(pool.Ring.ShareAt(slot), new("pool", pool.Name), new("node", node.Id));
            }
        }
    }

    private IEnumerable<Measurement<int>> Nodes()
    {
        foreach (PoolSnapshot pool in _store.Current.Pools.Values)
        {
            int[] counts = new int[States.Length];
            foreach (Node node in pool.Nodes)
                counts[(int)node.State]++;
            foreach (NodeState state in States)
                yield return new Measurement<int>(counts[(int)state], new("pool", pool.Name), new("state", LabelOf(state)));
        }
    }

    private IEnumerable<Measurement<int>> Held() =>
        _status.Current.Pools.Select(p => new Measurement<int>(p.Value.Held, new KeyValuePair<string, object?>("pool", p.Key)));

    private IEnumerable<Measurement<double>> Age() =>
        _status.Current.AnsweredAt is { } last ? [new Measurement<double>((_time.GetUtcNow() - last).TotalSeconds)] : [];

    private static string LabelOf(QueryOutcome outcome) => outcome switch
    {
        QueryOutcome.Answered => "answered",
        QueryOutcome.Refused => "refused",
        _ => "failed",
    };

    private static string LabelOf(NodeState state) => state switch
    {
        NodeState.Up => "up",
        NodeState.Draining => "draining",
        NodeState.Warming => "warming",
        _ => "down",
    };
}
