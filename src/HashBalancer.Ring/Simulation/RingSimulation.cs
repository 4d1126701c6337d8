namespace HashBalancer.Ring;

/// <summary>What a ring would be if nodes came, left or got another weight: which keys would move, and whose they would be.</summary>
/// <remarks>
/// No model of the ring but the ring itself: the members are changed by <see cref="HashRing.WithMembers"/>, as they are when it really happens,
/// and overrides stay where they are and rest while their node is away. Immutable; thread-safe. Cost: that of the new ring, and linear in points.
/// </remarks>
public sealed class RingSimulation
{
    private RingSimulation(HashRing before, HashRing after)
    {
        Before = before;
        After = after;
        Difference = RingDifference.Between(before, after);
        Nodes = Forecasts(before, after);
    }

    /// <summary>The ring that is.</summary>
    public HashRing Before { get; }

    /// <summary>The ring that would be.</summary>
    public HashRing After { get; }

    /// <summary>What would move.</summary>
    public RingDifference Difference { get; }

    /// <summary>Every node of either ring, in order of ServiceID.</summary>
    public IReadOnlyList<NodeForecast> Nodes { get; }

    /// <summary>Simulates changes that happen together.</summary>
    /// <param name="ring">The ring that is; it stays as it is.</param>
    /// <param name="changes">What happens, each node once.</param>
    /// <exception cref="ArgumentException">A node stands twice, comes although it is a member, leaves or gets another weight although it is none, or
    /// a weight is out of range. The message names all faults, one a line.</exception>
    public static RingSimulation Run(HashRing ring, IReadOnlyCollection<RingChange> changes)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(changes);
        if (Faults(ring, changes) is { Count: > 0 } faults)
            throw new ArgumentException(string.Join('\n', faults));
        Dictionary<string, RingMember> members = new(StringComparer.Ordinal);
        foreach (RingMember member in MembersOf(ring))
            members.Add(member.Id, member);
        foreach (RingChange change in changes)
        {
            if (change.Kind == RingChangeKind.Remove)
                members.Remove(change.Id);
            else
                members[change.Id] = new RingMember(change.Id, change.Weight);
        }

        return new RingSimulation(ring, ring.WithMembers(members.Values));
    }

    private static List<string> Faults(HashRing ring, IReadOnlyCollection<RingChange> changes)
    {
        List<string> faults = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (RingChange change in changes)
        {
            if (string.IsNullOrEmpty(change.Id))
            {
                faults.Add("A node has no id.");
                continue;
            }

            if (!seen.Add(change.Id))
                faults.Add($"Node '{change.Id}' stands twice; one change a node is allowed.");
            bool isMember = ring.TryGetSlot(change.Id, out _);
            if (change.Kind == RingChangeKind.Add && isMember)
                faults.Add($"Node '{change.Id}' cannot be added: it is on the ring.");
            if (change.Kind != RingChangeKind.Add && !isMember)
                faults.Add($"Node '{change.Id}' cannot be {(change.Kind == RingChangeKind.Remove ? "removed" : "given another weight")}: it is not on the ring.");
            if (change.Kind != RingChangeKind.Remove && change.Weight is not (>= 0 and <= HashRing.MaximumWeight))
                faults.Add(FormattableString.Invariant($"Node '{change.Id}' has weight {change.Weight}; allowed are 0 to {HashRing.MaximumWeight}."));
        }

        return faults;
    }

    private static List<NodeForecast> Forecasts(HashRing before, HashRing after)
    {
        double[] sharesBefore = before.Shares(), sharesAfter = after.Shares();
        SortedSet<string> ids = new(MembersOf(before).Concat(MembersOf(after)).Select(member => member.Id), ServiceIdOrder.Instance);
        return
        [
            .. ids.Select(id => new NodeForecast(
                id, WeightOn(before, id), WeightOn(after, id), ShareOn(before, sharesBefore, id), ShareOn(after, sharesAfter, id))),
        ];
    }

    private static double? WeightOn(HashRing ring, string id) => ring.TryGetSlot(id, out int slot) ? ring.MemberAt(slot)!.Value.Weight : null;

    private static double ShareOn(HashRing ring, double[] shares, string id) => ring.TryGetSlot(id, out int slot) ? shares[slot] : 0;

    private static IEnumerable<RingMember> MembersOf(HashRing ring)
    {
        for (int slot = 0; slot < ring.SlotCount; slot++)
        {
            if (ring.MemberAt(slot) is { } member)
                yield return member;
        }
    }
}
