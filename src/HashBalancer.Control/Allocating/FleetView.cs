using System.Collections.Frozen;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What this gateway knows of the fleet: the leases that its rings follow, and what the leader shows.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FleetView
{
    private volatile FleetMap _map = FleetMap.Empty;
    private volatile AllocationState? _state;

    /// <summary>The epoch that the rings follow; 0 before the first.</summary>
    public long Epoch => _map.Epoch;

    /// <summary>The leases that the rings follow, by node.</summary>
    public IReadOnlyDictionary<string, FleetLease> Leases => _map.Leases;

    /// <summary>What the leader shows; null before it has shown anything.</summary>
    public AllocationState? State => _state;

    internal FleetMap Map => _map;

    internal void Show(AllocationState state) => _state = state;

    /// <summary>Takes a newer epoch; false when it is none.</summary>
    internal bool TryAdvance(FleetMap map)
    {
        if (map.Epoch <= _map.Epoch)
            return false;
        _map = map;
        return true;
    }
}

/// <summary>The leases of one epoch, and what they make of the instances of pools. Immutable.</summary>
internal sealed class FleetMap
{
    private readonly FrozenDictionary<(string Pool, string Instance), NodeState> _states;

    public FleetMap(long epoch, IEnumerable<FleetLease> leases)
    {
        Epoch = epoch;
        Leases = leases.ToFrozenDictionary(lease => lease.Node, StringComparer.Ordinal);
        Dictionary<(string, string), NodeState> states = [];
        foreach (FleetLease lease in Leases.Values)
        {
            // What a node served before is on its way out, whatever its checks say.
            if (lease is { FormerPool: { } formerPool, FormerInstance: { } formerInstance })
                states[(formerPool, formerInstance)] = NodeState.Draining;
        }

        foreach (FleetLease lease in Leases.Values)
        {
            if (lease is { Pool: { } pool, Instance: { } instance })
                states[(pool, instance)] = lease.Serves ? NodeState.Up : lease.Phase == LeasePhase.Draining ? NodeState.Draining : NodeState.Warming;
        }

        _states = states.ToFrozenDictionary();
    }

    public static FleetMap Empty { get; } = new(0, []);

    public long Epoch { get; }

    public FrozenDictionary<string, FleetLease> Leases { get; }

    /// <summary>What becomes of an instance whose checks pass.</summary>
    public NodeState StateOf(string pool, string instance) =>
        _states.TryGetValue((pool, instance), out NodeState state) ? state : IsLeftBehind(pool, instance) ? NodeState.Draining : NodeState.Up;

    /// <summary>Whether it is what a node of the fleet ran for a pool that it serves no more: an answer of the registry that is old, or doubtful, may still name it.</summary>
    private bool IsLeftBehind(string pool, string instance)
    {
        string suffix = FleetLease.InstanceOf("", pool);
        return instance.EndsWith(suffix, StringComparison.Ordinal) && Leases.TryGetValue(instance[..^suffix.Length], out FleetLease? lease) && lease.Instance != instance;
    }

    /// <summary>The pools in which a later map makes another state of an instance.</summary>
    public HashSet<string> DifferentPools(FleetMap later) =>
        [.. _states.Concat(later._states)
            .Where(state => StateOf(state.Key.Pool, state.Key.Instance) != later.StateOf(state.Key.Pool, state.Key.Instance))
            .Select(state => state.Key.Pool)];
}
