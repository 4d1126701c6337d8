using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Allocation.Solving;

/// <summary>The nodes as arrays, ordered by id.</summary>
/// <remarks>
/// Adding or removing a node copies the arrays it shifts, which for 100,000 nodes is a fraction of a millisecond and keeps every
/// solve a walk over plain memory. Arrays that results refer to (ids, owners) are replaced, never changed. Not thread-safe.
/// </remarks>
internal sealed class NodeTable
{
    private const int Free = -1;

    private readonly ResourceSet _resources;
    private readonly List<FleetNode> _nodes;
    private long[] _amounts;

    /// <summary>Takes over what was parsed without a fault.</summary>
    public NodeTable(ResourceSet resources, ParsedFleet fleet, PoolTree tree)
    {
        _resources = resources;
        _nodes = [.. fleet.Nodes];
        _amounts = fleet.Amounts;
        Ids = fleet.Ids;
        Kinds = new NodeKinds(LabelKeysOf(tree));
        Kind = new int[Count];
        Available = new bool[Count];
        Since = new long[Count];
        InTransit = new bool[Count];
        Owner = [];
        PinnedTo = [];
        Total = new long[resources.Count];
        DeclaredTotal = new long[resources.Count];
        for (int n = 0; n < Count; n++)
        {
            Kind[n] = Kinds.Of(_nodes[n], AmountsAt(n));
            Available[n] = _nodes[n].Available;
            CountAmounts(n, sign: 1);
        }

        TakeLeases(fleet.Leases, tree);
        Pin(tree);
    }

    public int Count => Ids.Length;

    /// <summary>The ids, ordered.</summary>
    public string[] Ids { get; private set; }

    /// <summary>What all available nodes have together, in thousandths.</summary>
    public long[] Total { get; }

    /// <summary>What all nodes have together, the unavailable ones included, in thousandths.</summary>
    public long[] DeclaredTotal { get; }

    /// <summary>All kinds there are or have been. Replaced when filters come to ask for other labels.</summary>
    public NodeKinds Kinds { get; private set; }

    /// <summary>The kind of every node.</summary>
    public int[] Kind { get; private set; }

    public bool[] Available { get; private set; }

    /// <summary>The pool that has a node, or -1. Indexes are those of the current tree.</summary>
    public int[] Owner { get; private set; }

    /// <summary>The pool to which a node is pinned, or -1.</summary>
    public int[] PinnedTo { get; private set; }

    public long[] Since { get; private set; }

    public bool[] InTransit { get; private set; }

    public FleetNode this[int node] => _nodes[node];

    public int IndexOf(string id) => Array.BinarySearch(Ids, id, StringComparer.Ordinal);

    /// <summary>What a node has, in thousandths.</summary>
    public ReadOnlySpan<double> AmountsOf(int node) => Kinds[Kind[node]].Amounts;

    /// <summary>What one resource of a node amounts to, in thousandths.</summary>
    public long AmountOf(int node, int resource) => _amounts[(node * _resources.Count) + resource];

    /// <summary>Makes other leases the current ones.</summary>
    /// <param name="leases">Ordered by node.</param>
    /// <param name="tree">The pools.</param>
    public void TakeLeases(IReadOnlyList<NodeLease> leases, PoolTree tree)
    {
        Owner = new int[Count];
        Array.Fill(Owner, Free);
        int n = 0;
        foreach (NodeLease lease in leases)
        {
            while (n < Count && string.CompareOrdinal(Ids[n], lease.Node) < 0)
                n++;
            if (n < Count && Ids[n] == lease.Node)
                (Owner[n], Since[n], InTransit[n]) = (LeafOf(tree, lease.Pool), lease.Since, lease.InTransit);
        }
    }

    /// <summary>Follows a change of the pools: owners by name, pins, and kinds where filters ask for other labels.</summary>
    public void Bind(PoolTree tree, PoolTree previous)
    {
        if (previous.Names != tree.Names)
            Owner = Array.ConvertAll(Owner, p => p == Free ? Free : LeafOf(tree, previous.Names[p]));
        Pin(tree);
        string[] labels = LabelKeysOf(tree);
        if (labels.AsSpan().SequenceEqual(Kinds.LabelKeys))
            return;
        Kinds = new NodeKinds(labels);
        for (int n = 0; n < Count; n++)
            Kind[n] = Kinds.Of(_nodes[n], AmountsAt(n));
    }

    /// <summary>Adds a node or replaces the one with its id, which keeps its lease.</summary>
    /// <param name="node">The node.</param>
    /// <param name="amounts">What it has, in thousandths.</param>
    /// <param name="tree">The pools.</param>
    public void Put(FleetNode node, ReadOnlySpan<long> amounts, PoolTree tree)
    {
        int at = IndexOf(node.Id);
        if (at >= 0)
        {
            CountAmounts(at, sign: -1);
            _nodes[at] = node;
        }
        else
        {
            at = ~at;
            Resize(at, removed: 0, added: 1);
            _nodes.Insert(at, node);
            Ids[at] = node.Id;
            Owner[at] = Free;
            PinnedTo[at] = Array.FindIndex(tree.Specs, s => s.Pinned.Contains(node.Id, StringComparer.Ordinal));
        }

        amounts.CopyTo(_amounts.AsSpan(at * _resources.Count));
        Available[at] = node.Available;
        CountAmounts(at, sign: 1);
        Kind[at] = Kinds.Of(node, amounts);
    }

    /// <summary>Removes a node; false when there is none of this id.</summary>
    public bool Remove(string id)
    {
        int at = IndexOf(id);
        if (at < 0)
            return false;
        CountAmounts(at, sign: -1);
        _nodes.RemoveAt(at);
        Resize(at, removed: 1, added: 0);
        return true;
    }

    /// <summary>Counts a node as arrived at the pool that has it.</summary>
    public void Arrived(int node) => InTransit[node] = false;

    private static int LeafOf(PoolTree tree, string pool) => tree.IndexOf(pool) is >= 0 and int index && tree.IsLeaf(index) ? index : Free;

    private static string[] LabelKeysOf(PoolTree tree) =>
        [.. tree.Specs.Where(s => s.Filter is { Labels.Count: > 0 }).SelectMany(s => s.Filter!.Labels.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private Span<long> AmountsAt(int node) => _amounts.AsSpan(node * _resources.Count, _resources.Count);

    private void Pin(PoolTree tree)
    {
        PinnedTo = new int[Count];
        Array.Fill(PinnedTo, Free);
        for (int p = 0; p < tree.Count; p++)
        {
            foreach (string id in tree.Specs[p].Pinned)
            {
                if (IndexOf(id) is >= 0 and int node)
                    PinnedTo[node] = p;
            }
        }
    }

    private void CountAmounts(int at, int sign)
    {
        Span<long> amounts = AmountsAt(at);
        for (int r = 0; r < amounts.Length; r++)
        {
            DeclaredTotal[r] += sign * amounts[r];
            if (Available[at])
                Total[r] += sign * amounts[r];
        }
    }

    private void Resize(int at, int removed, int added)
    {
        Ids = Shifted(Ids, at, removed, added);
        Available = Shifted(Available, at, removed, added);
        Kind = Shifted(Kind, at, removed, added);
        Owner = Shifted(Owner, at, removed, added);
        PinnedTo = Shifted(PinnedTo, at, removed, added);
        Since = Shifted(Since, at, removed, added);
        InTransit = Shifted(InTransit, at, removed, added);
        _amounts = Shifted(_amounts, at * _resources.Count, removed * _resources.Count, added * _resources.Count);
    }

    private static T[] Shifted<T>(T[] array, int at, int removed, int added)
    {
        var result = new T[array.Length - removed + added];
        array.AsSpan(0, at).CopyTo(result);
        array.AsSpan(at + removed).CopyTo(result.AsSpan(at + added));
        return result;
    }
}
