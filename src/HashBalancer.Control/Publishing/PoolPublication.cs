using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What was handed in for one pool since the last publication.</summary>
/// <param name="Membership">Its nodes; null when they stay as they are.</param>
/// <param name="Note">Its <see cref="PoolSnapshot.Note"/>.</param>
internal readonly record struct PoolChange(PoolMembership? Membership, string? Note)
{
    /// <summary>The nodes of <see cref="Membership"/> that drain and serve on meanwhile.</summary>
    public ImmutableHashSet<string> Leaving { get; init; } = [];
}

/// <summary>Derives one pool's next view from the one in force, keeping every object that did not change.</summary>
internal static class PoolPublication
{
    /// <summary>The view of a pool that never got an answer.</summary>
    public static PoolSnapshot Unanswered(string pool) => new(pool, MembershipSource.None, [], HashRing.Empty);

    /// <summary>The pool's view after a change: <paramref name="current"/> itself when nothing differs.</summary>
    /// <remarks>Cost: linear in the nodes, plus the derivation of the ring when a node that serves came, went or changed weight.</remarks>
    public static PoolSnapshot Next(PoolSnapshot current, PoolChange change, LoadTable loads)
    {
        if (change.Membership is { } membership && WithMembership(current, membership, change.Note, change.Leaving, loads) is { } next)
            return next;
        return change.Note == current.Note
            ? current
            : new PoolSnapshot(current.Name, current.Source, current.Nodes, current.Ring)
            {
                Note = change.Note,
                AssignmentVersion = current.AssignmentVersion,
                AgreedHotKeys = current.AgreedHotKeys,
                Leaving = current.Leaving,
            };
    }

    /// <summary>The pool's view with the leader's assignment and the arcs that operators order: <paramref name="current"/> itself when it has them already.</summary>
    public static PoolSnapshot With(PoolSnapshot current, PoolAssignment assignment, ImmutableArray<RingOverride> ordered)
    {
        if (assignment.Version == current.AssignmentVersion && ordered.IsEmpty && current.Ring.Overrides.Length == assignment.Overrides.Length)
            return current;
        HashRing ring = current.Ring.WithOverrides(ordered.IsEmpty ? assignment.Overrides : OverrideEdits.Over(assignment.Overrides, ordered));
        return assignment.Version == current.AssignmentVersion && ReferenceEquals(ring, current.Ring)
            ? current
            : new PoolSnapshot(current.Name, current.Source, current.Nodes, ring)
            {
                Note = current.Note,
                AssignmentVersion = assignment.Version,
                AgreedHotKeys = assignment.HotKeys?.ToFrozenDictionary(key => key.Hash, key => key.Sharers),
                Leaving = current.Leaving,
            };
    }

    /// <summary>The ids that stand in the earlier view and not in the later one.</summary>
    public static IEnumerable<string> Gone(PoolSnapshot earlier, PoolSnapshot? later)
    {
        if (later is null)
            return earlier.Nodes.Select(n => n.Id);
        HashSet<string> kept = [.. later.Nodes.Select(n => n.Id)];
        return earlier.Nodes.Select(n => n.Id).Where(id => !kept.Contains(id));
    }

    /// <summary>The view with this membership; null when the present one has it already.</summary>
    private static PoolSnapshot? WithMembership(PoolSnapshot current, PoolMembership membership, string? note, ImmutableHashSet<string> leaving, LoadTable loads)
    {
        ImmutableArray<NodeRegistration> registrations = membership.Nodes;
        ImmutableArray<Node> before = current.Nodes;
        var nodes = ImmutableArray.CreateBuilder<Node>(registrations.Length);
        bool changed = registrations.Length != before.Length || membership.Source != current.Source || !leaving.SetEquals(current.Leaving);

        // Both lists are in order of id: one pass over both finds each node's present object.
        for (int i = 0, b = 0; i < registrations.Length; i++)
        {
            NodeRegistration registration = registrations[i];
            while (b < before.Length && string.CompareOrdinal(before[b].Id, registration.Id) < 0)
                b++;
            Node? same = b < before.Length && before[b].Id == registration.Id ? before[b] : null;
            if (same is not null && Says(same, registration))
            {
                nodes.Add(same);
                continue;
            }

            changed = true;
            nodes.Add(new Node(registration.Id, registration.Host, registration.Port, registration.Weight, registration.State,
                same?.Load ?? loads.Of(current.Name, registration.Id))
            { Zone = registration.Zone, IsTls = registration.IsTls });
        }

        if (!changed)
            return null;
        HashRing ring = current.Ring.WithMembers(nodes.Where(n => n.State == NodeState.Up).Select(n => new RingMember(n.Id, n.Weight)));
        return new PoolSnapshot(current.Name, membership.Source, nodes.MoveToImmutable(), ring)
        {
            Note = note,
            AssignmentVersion = current.AssignmentVersion,
            AgreedHotKeys = current.AgreedHotKeys,
            Leaving = leaving,
        };
    }

    private static bool Says(Node node, NodeRegistration registration) =>
        node.Port == registration.Port && node.Weight == registration.Weight && node.State == registration.State
        && node.Host == registration.Host && node.Zone == registration.Zone && node.IsTls == registration.IsTls;
}
