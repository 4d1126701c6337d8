using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Derives one pool's next view from the one in force, keeping every object that did not change.</summary>
internal static class PoolPublication
{
    /// <summary>The view of a pool that never got an answer.</summary>
    public static PoolSnapshot Unanswered(string pool) => new(pool, MembershipSource.None, [], HashRing.Empty);

    /// <summary>The pool's view with this membership: <paramref name="current"/> itself when nothing changed.</summary>
    /// <remarks>Cost: linear in the nodes, plus the derivation of the ring when a node that serves came, went or changed weight.</remarks>
    public static PoolSnapshot Next(PoolSnapshot current, PoolMembership membership, LoadTable loads)
    {
        ImmutableArray<NodeRegistration> registrations = membership.Nodes;
        ImmutableArray<Node> before = current.Nodes;
        var nodes = ImmutableArray.CreateBuilder<Node>(registrations.Length);
        bool changed = registrations.Length != before.Length || membership.Source != current.Source;

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
                same?.Load ?? loads.Of(current.Name, registration.Id)) { Zone = registration.Zone });
        }

        if (!changed)
            return current;
        HashRing ring = current.Ring.WithMembers(nodes.Where(n => n.State == NodeState.Up).Select(n => new RingMember(n.Id, n.Weight)));
        return new PoolSnapshot(current.Name, membership.Source, nodes.MoveToImmutable(), ring);
    }

    /// <summary>The ids that stand in the earlier view and not in the later one.</summary>
    public static IEnumerable<string> Gone(PoolSnapshot earlier, PoolSnapshot? later)
    {
        if (later is null)
            return earlier.Nodes.Select(n => n.Id);
        HashSet<string> kept = [.. later.Nodes.Select(n => n.Id)];
        return earlier.Nodes.Select(n => n.Id).Where(id => !kept.Contains(id));
    }

    private static bool Says(Node node, NodeRegistration registration) =>
        node.Port == registration.Port && node.Weight == registration.Weight && node.State == registration.State
        && node.Host == registration.Host && node.Zone == registration.Zone;
}
