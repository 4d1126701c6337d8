using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Validation;

/// <summary>Nodes ordered by id with their amounts, and leases ordered by node: read once, used for checks and for solving.</summary>
internal sealed class ParsedFleet
{
    private ParsedFleet(FleetNode[] nodes, string[] ids, long[] amounts, NodeLease[] leases, Int128[] sums) =>
        (Nodes, Ids, Amounts, Leases, Sums) = (nodes, ids, amounts, leases, sums);

    public FleetNode[] Nodes { get; }

    public string[] Ids { get; }

    /// <summary>What every node has, in thousandths.</summary>
    public long[] Amounts { get; }

    public NodeLease[] Leases { get; }

    /// <summary>What all nodes have together, in thousandths; it may exceed what a quantity holds.</summary>
    public Int128[] Sums { get; }

    public static ParsedFleet Of(FleetSpec spec, FaultList faults)
    {
        FleetNode[] nodes = Ordered(spec.Nodes, static n => n.Id);
        string[] ids = Array.ConvertAll(nodes, n => n.Id);
        int resources = spec.Resources.Count;
        long[] amounts = new long[nodes.Length * resources];
        var sums = new Int128[resources];
        for (int n = 0; n < nodes.Length; n++)
        {
            Span<long> own = amounts.AsSpan(n * resources, resources);
            FleetValidator.CheckNode(spec.Resources, nodes[n], own, faults);
            if (n > 0 && ids[n] == ids[n - 1])
                faults.Add(FleetValidator.Subject(nodes[n]), "Id", "stands twice");
            for (int r = 0; r < resources; r++)
                sums[r] += own[r];
        }

        for (int r = 0; r < resources; r++)
        {
            if (sums[r] > long.MaxValue)
                faults.Add("fleet", $"Capacity.{spec.Resources.Names[r]}", $"adds up to {(decimal)sums[r] / Quantity.Scale}, above {Quantity.Maximum}; declare the resource in a larger unit");
        }

        NodeLease[] leases = Ordered(spec.Leases, static l => l.Node);
        for (int l = 1; l < leases.Length; l++)
        {
            if (leases[l].Node == leases[l - 1].Node)
                faults.Add($"node '{leases[l].Node}'", "Lease", $"there are two leases, to the pools '{leases[l - 1].Pool}' and '{leases[l].Pool}'");
        }

        return new ParsedFleet(nodes, ids, amounts, leases, sums);
    }

    public FleetNode? Find(string id) => Array.BinarySearch(Ids, id, StringComparer.Ordinal) is >= 0 and int index ? Nodes[index] : null;

    /// <summary>What comes in order, as from an earlier result, is not sorted again.</summary>
    private static T[] Ordered<T>(IReadOnlyList<T> items, Func<T, string> key)
    {
        T[] ordered = [.. items];
        for (int i = 1; i < ordered.Length; i++)
        {
            if (string.CompareOrdinal(key(ordered[i - 1]), key(ordered[i])) <= 0)
                continue;
            Array.Sort(Array.ConvertAll(ordered, i => key(i)), ordered, StringComparer.Ordinal);
            break;
        }

        return ordered;
    }
}
