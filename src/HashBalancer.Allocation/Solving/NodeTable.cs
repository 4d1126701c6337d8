using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving;

/// <summary>The nodes as arrays, ordered by id.</summary>
/// <remarks>
/// Adding or removing a node copies the arrays it shifts, which for 100,000 nodes is a fraction of a millisecond and keeps every
/// solve a walk over plain memory. Arrays that results refer to are replaced, never changed. Not thread-safe.
/// </remarks>
internal sealed class NodeTable
{
    private const int Free = -1;

    private readonly ResourceSet _resources;
    private readonly List<FleetNode> _nodes = [];
    private readonly Dictionary<NodeKind, int> _kindIndexes = [];
    private readonly Dictionary<string, int> _zoneIndexes = new(StringComparer.Ordinal);
    private string[] _labelKeys = [];

    public NodeTable(ResourceSet resources) => _resources = resources;

    public int Count => Ids.Length;

    /// <summary>The ids, ordered.</summary>
    public string[] Ids { get; private set; } = [];

    /// <summary>What every node has, in thousandths.</summary>
    public double[] Amounts { get; private set; } = [];

    /// <summary>What all available nodes have together, in thousandths.</summary>
    public long[] Total { get; private set; } = [];

    /// <summary>What all nodes have together, the unavailable ones included, in thousandths.</summary>
    public long[] DeclaredTotal { get; private set; } = [];

    /// <summary>The kind of every node.</summary>
    public int[] Kind { get; private set; } = [];

    /// <summary>The zone of every node.</summary>
    public int[] Zone { get; private set; } = [];

    public bool[] Available { get; private set; } = [];

    /// <summary>The pool that has a node, or -1. Indexes are those of the current tree.</summary>
    public int[] Owner { get; private set; } = [];

    /// <summary>The pool to which a node is pinned, or -1.</summary>
    public int[] PinnedTo { get; private set; } = [];

    public long[] Since { get; private set; } = [];

    public bool[] InTransit { get; private set; } = [];

    public List<NodeKind> Kinds { get; } = [];

    public int ZoneCount => _zoneIndexes.Count;

    public FleetNode this[int node] => _nodes[node];

    public int IndexOf(string id) => Array.BinarySearch(Ids, id, StringComparer.Ordinal);

    /// <summary>Loads nodes and leases; everything must have been checked.</summary>
    public void Load(IReadOnlyList<FleetNode> nodes, IReadOnlyList<NodeLease> leases, PoolTree tree)
    {
        _nodes.Clear();
        _nodes.AddRange(nodes);
        _nodes.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        Ids = [.. _nodes.Select(n => n.Id)];
        Since = new long[Count];
        InTransit = new bool[Count];
        Available = new bool[Count];
        Amounts = new double[Count * _resources.Count];
        Total = new long[_resources.Count];
        DeclaredTotal = new long[_resources.Count];
        for (int n = 0; n < Count; n++)
            WriteAmounts(n, _nodes[n], sign: 1);
        TakeLeases(leases, tree);
        Bind(tree, previous: null);
    }

    /// <summary>Follows a change of the pools: owners by name, pins, and kinds where filters ask for other labels.</summary>
    public void Bind(PoolTree tree, PoolTree? previous)
    {
        if (previous is not null)
            Owner = Array.ConvertAll(Owner, p => p == Free ? Free : LeafOf(tree, previous.Names[p]));
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

        string[] labels = [.. tree.Specs.Where(s => s.Filter is not null).SelectMany(s => s.Filter!.Labels.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (Kind.Length != Count || !labels.AsSpan().SequenceEqual(_labelKeys))
        {
            _labelKeys = labels;
            _kindIndexes.Clear();
            _zoneIndexes.Clear();
            Kinds.Clear();
            Kind = new int[Count];
            Zone = new int[Count];
            for (int n = 0; n < Count; n++)
                Classify(n);
        }
    }

    /// <summary>Adds a node or replaces the one with its id, which keeps its lease.</summary>
    public void Put(FleetNode node, PoolTree tree)
    {
        int at = IndexOf(node.Id);
        if (at >= 0)
        {
            WriteAmounts(at, _nodes[at], sign: -1);
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

        _nodes[at] = node;
        WriteAmounts(at, node, sign: 1);
        Classify(at);
    }

    /// <summary>Removes a node; false when there is none of this id.</summary>
    public bool Remove(string id)
    {
        int at = IndexOf(id);
        if (at < 0)
            return false;
        WriteAmounts(at, _nodes[at], sign: -1);
        _nodes.RemoveAt(at);
        Resize(at, removed: 1, added: 0);
        return true;
    }

    /// <summary>Makes other leases the current ones.</summary>
    public void TakeLeases(IReadOnlyList<NodeLease> leases, PoolTree tree)
    {
        Owner = new int[Count];
        Array.Fill(Owner, Free);
        foreach (NodeLease lease in leases)
        {
            if (IndexOf(lease.Node) is >= 0 and int node)
                (Owner[node], Since[node], InTransit[node]) = (LeafOf(tree, lease.Pool), lease.Since, lease.InTransit);
        }
    }

    /// <summary>Counts a node as arrived at the pool that has it.</summary>
    public void Arrived(int node) => InTransit[node] = false;

    private static int LeafOf(PoolTree tree, string pool) => tree.IndexOf(pool) is >= 0 and int index && tree.IsLeaf(index) ? index : Free;

    private void WriteAmounts(int at, FleetNode node, int sign)
    {
        Available[at] = node.Available;
        for (int r = 0; r < _resources.Count; r++)
        {
            long amount = node.Capacity.TryGetValue(_resources.Names[r], out decimal quantity) ? Quantity.ToThousandths(quantity) : 0;
            Amounts[(at * _resources.Count) + r] = amount;
            DeclaredTotal[r] = checked(DeclaredTotal[r] + (sign * amount));
            if (node.Available)
                Total[r] = checked(Total[r] + (sign * amount));
        }
    }

    private void Classify(int at)
    {
        FleetNode node = _nodes[at];
        long[] amounts = new long[_resources.Count];
        for (int r = 0; r < amounts.Length; r++)
            amounts[r] = (long)Amounts[(at * amounts.Length) + r];
        string labels = _labelKeys.Length == 0 ? "" : string.Join('\n', _labelKeys.Select(key => node.Labels.TryGetValue(key, out string? value) ? '=' + value : ""));
        var kind = new NodeKind(node, amounts, labels);
        if (!_kindIndexes.TryGetValue(kind, out int index))
        {
            _kindIndexes.Add(kind, index = Kinds.Count);
            Kinds.Add(kind);
        }

        if (!_zoneIndexes.TryGetValue(node.Zone, out int zone))
            _zoneIndexes.Add(node.Zone, zone = _zoneIndexes.Count);
        (Kind[at], Zone[at]) = (index, zone);
    }

    private void Resize(int at, int removed, int added)
    {
        Ids = Shifted(Ids, at, removed, added);
        Available = Shifted(Available, at, removed, added);
        Kind = Shifted(Kind, at, removed, added);
        Zone = Shifted(Zone, at, removed, added);
        Owner = Shifted(Owner, at, removed, added);
        PinnedTo = Shifted(PinnedTo, at, removed, added);
        Since = Shifted(Since, at, removed, added);
        InTransit = Shifted(InTransit, at, removed, added);
        Amounts = Shifted(Amounts, at * _resources.Count, removed * _resources.Count, added * _resources.Count);
    }

    private static T[] Shifted<T>(T[] array, int at, int removed, int added)
    {
        var result = new T[array.Length - removed + added];
        array.AsSpan(0, at).CopyTo(result);
        array.AsSpan(at + removed).CopyTo(result.AsSpan(at + added));
        return result;
    }
}
