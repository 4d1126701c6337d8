using System.Collections.Frozen;
using System.Collections.Immutable;

namespace HashBalancer.Control;

/// <summary>What was said to a <see cref="SnapshotPublisher"/>: what stays so until it is said anew, and which pools the next publication must look at for it.</summary>
/// <remarks>Not thread-safe: the publisher's lock guards it. Who changes something is told whether a publication is needed.</remarks>
internal sealed class PendingChanges
{
    private readonly Dictionary<string, PoolChange> _handedIn = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PoolAssignment> _assignments = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _touched = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private ImmutableDictionary<string, ImmutableHashSet<string>> _drained = ImmutableDictionary.Create<string, ImmutableHashSet<string>>(StringComparer.OrdinalIgnoreCase);
    private OrderBook _orders = OrderBook.Empty;
    private IReadOnlyDictionary<string, TimeSpan> _slowStarts = FrozenDictionary<string, TimeSpan>.Empty;
    private FleetMap _fleet = FleetMap.Empty;

    /// <summary>See <see cref="SnapshotPublisher.SetHandOverTime"/>.</summary>
    public TimeSpan HandOverTime { get; set; }

    /// <summary>The pools whose rings go on changing by themselves: of nodes that come up slowly, or hand over.</summary>
    public string[] MovingPools { get; set; } = [];

    public bool SetPools(HashSet<string> names)
    {
        _names = names;
        foreach (string gone in _handedIn.Keys.Where(name => !names.Contains(name)).ToArray())
            _handedIn.Remove(gone);
        return true;
    }

    public bool SetSlowStarts(IReadOnlyDictionary<string, TimeSpan> slowStarts)
    {
        // Nodes of a pool that has no slow start any more get their whole weight now.
        _touched.UnionWith(_slowStarts.Keys.Where(_names.Contains));
        _slowStarts = slowStarts;
        return _touched.Count > 0;
    }

    public bool SetDrained(ImmutableDictionary<string, ImmutableHashSet<string>> drained)
    {
        bool changed = false;
        foreach (string pool in drained.Keys.Concat(_drained.Keys).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!PublicationInput.DrainedOf(_drained, pool).SetEquals(PublicationInput.DrainedOf(drained, pool)))
                changed |= _names.Contains(pool) && _touched.Add(pool);
        }

        _drained = drained;
        return changed;
    }

    /// <summary>Takes a node that left from those that drain; false when it is none of them.</summary>
    public bool TryForgetDrained(string pool, string nodeId)
    {
        if (!_drained.TryGetValue(pool, out ImmutableHashSet<string>? drained) || !drained.Contains(nodeId))
            return false;
        _drained = _drained.SetItem(pool, drained.Remove(nodeId));
        return true;
    }

    public bool SetOrders(OrderBook orders)
    {
        OrderBook before = _orders;
        _orders = orders;
        _touched.UnionWith(_names.Where(
            pool => !SameWeights(before.WeightsOf(pool), orders.WeightsOf(pool)) || !before.OverridesOf(pool).SequenceEqual(orders.OverridesOf(pool))));
        return _touched.Count > 0;
    }

    public bool SetFleet(FleetMap fleet)
    {
        HashSet<string> different = _fleet.DifferentPools(fleet);
        _fleet = fleet;
        different.IntersectWith(_names);
        _touched.UnionWith(different);
        return different.Count > 0;
    }

    public bool SetMembership(PoolMembership membership) => HandIn(membership.Pool, new PoolChange(membership, Note: null));

    public bool SetNote(string pool, string note) => HandIn(pool, new PoolChange(_handedIn.GetValueOrDefault(pool).Membership, note));

    /// <summary>Has the pools looked at again whose rings go on changing by themselves.</summary>
    public bool Step()
    {
        _touched.UnionWith(MovingPools);
        return true;
    }

    public PoolAssignment AssignmentOf(string pool) => _assignments.GetValueOrDefault(pool, PoolAssignment.None);

    /// <summary>Takes an assignment that is newer than the one that is known.</summary>
    public bool SetAssignment(string pool, PoolAssignment assignment)
    {
        _assignments[pool] = assignment;
        if (!_names.Contains(pool))
            return false;
        // By it a node that is to leave may have given its last arc away.
        if (MovingPools.Contains(pool, StringComparer.OrdinalIgnoreCase))
            _touched.Add(pool);
        return true;
    }

    /// <summary>Everything as it stands; what is new in it is not new any more.</summary>
    public PublicationInput Take()
    {
        // A pool that was touched alone keeps its note, which stands in the snapshot.
        Dictionary<string, PoolChange?> changes = _touched.Where(_names.Contains).ToDictionary(name => name, _ => (PoolChange?)null, StringComparer.OrdinalIgnoreCase);
        foreach ((string pool, PoolChange change) in _handedIn)
            changes[pool] = change;
        _touched.Clear();
        _handedIn.Clear();
        return new PublicationInput
        {
            Names = _names,
            Changes = changes,
            Assignments = new Dictionary<string, PoolAssignment>(_assignments, StringComparer.OrdinalIgnoreCase),
            Drained = _drained,
            SlowStarts = _slowStarts,
            HandOverTime = HandOverTime,
            Orders = _orders,
            Fleet = _fleet,
        };
    }

    private bool HandIn(string pool, PoolChange change)
    {
        if (!_names.Contains(pool))
            return false;
        _handedIn[pool] = change;
        return true;
    }

    private static bool SameWeights(ImmutableDictionary<string, double> one, ImmutableDictionary<string, double> other) =>
        one.Count == other.Count && one.All(weight => other.TryGetValue(weight.Key, out double same) && same == weight.Value);
}
