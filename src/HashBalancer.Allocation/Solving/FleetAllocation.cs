using System.Globalization;
using System.Text;
using HashBalancer.Allocation.Explaining;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;

namespace HashBalancer.Allocation.Solving;

/// <summary>What a leaf pool is due and has.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Wanted">Units it asks for, its own maximum counted.</param>
/// <param name="Guaranteed">Units that its guarantee covers, as far as it asks for them.</param>
/// <param name="Target">Units that it is due.</param>
/// <param name="Held">Units that its nodes serve once all moves have ended.</param>
/// <param name="NodesBefore">Available nodes it has now.</param>
/// <param name="Nodes">Nodes it has once all moves have ended.</param>
public sealed record PoolAllocation(string Pool, double Wanted, double Guaranteed, double Target, double Held, int NodesBefore, int Nodes)
{
    /// <summary>Units that it is due and that no node could be found for.</summary>
    public double Shortage => Held < Target * (1 - 1e-9) ? Target - Held : 0;
}

/// <summary>Who gets which nodes, and how they get there.</summary>
/// <remarks>Immutable, thread-safe. Leases and explanations are worked out when they are first asked for.</remarks>
public sealed class FleetAllocation
{
    private readonly Lazy<Explainer> _explainer;
    private readonly PoolTree _tree;
    private readonly string[] _ids;
    private readonly int[] _owners;
    private readonly Lazy<NodeLease[]> _leases;

    internal FleetAllocation(PoolTree tree, string[] ids, int[] owners, Func<NodeLease[]> leases, IReadOnlyList<PoolAllocation> pools, MigrationPlan plan, bool infeasible, bool throttled, Func<FleetAllocation, Explainer> explainer)
    {
        _tree = tree;
        _ids = ids;
        _owners = owners;
        _leases = new Lazy<NodeLease[]>(leases);
        Pools = pools;
        Plan = plan;
        InfeasibleGuarantees = infeasible;
        Throttled = throttled;
        _explainer = new Lazy<Explainer>(() => explainer(this));
    }

    /// <summary>All leaf pools, ordered by name.</summary>
    public IReadOnlyList<PoolAllocation> Pools { get; }

    /// <summary>The moves that lead there, in time.</summary>
    public MigrationPlan Plan { get; }

    /// <summary>Whether the available nodes cannot keep all guarantees that are asked for, so that some were cut by priority.</summary>
    public bool InfeasibleGuarantees { get; }

    /// <summary>Whether more would move if a round might take more: the next round goes on.</summary>
    public bool Throttled { get; }

    /// <summary>
    /// The leases once all moves have ended, ordered by node; what moves counts as in transit since the time of the solve.
    /// An unavailable node keeps its lease, so that it comes home.
    /// </summary>
    public IReadOnlyList<NodeLease> Leases => _leases.Value;

    /// <summary>The pool that has a node in the end, even one that cannot serve now; null when it is free or unknown.</summary>
    public string? PoolOf(string node)
    {
        int index = Array.BinarySearch(_ids, node, StringComparer.Ordinal);
        return index < 0 || _owners[index] < 0 ? null : _tree.Names[_owners[index]];
    }

    /// <summary>What one leaf is due and has.</summary>
    /// <exception cref="ArgumentException">There is no such leaf.</exception>
    public PoolAllocation Of(string pool)
    {
        int low = 0, high = Pools.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = string.CompareOrdinal(Pools[middle].Pool, pool);
            if (order == 0)
                return Pools[middle];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        throw new ArgumentException($"There is no leaf pool '{pool}'.", nameof(pool));
    }

    /// <summary>Why a leaf got what it got, and what would change it. Costs two further divisions of shares.</summary>
    /// <exception cref="ArgumentException">There is no such leaf.</exception>
    public PoolExplanation Explain(string pool) => _explainer.Value.Explain(Of(pool));

    /// <summary>Everything decided, as text: equal inputs give equal bytes.</summary>
    public string ToCanonicalText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"infeasible {InfeasibleGuarantees} throttled {Throttled}\n");
        foreach (PoolAllocation pool in Pools)
            text.Append(CultureInfo.InvariantCulture, $"pool {pool.Pool} wanted {pool.Wanted:R} guaranteed {pool.Guaranteed:R} target {pool.Target:R} held {pool.Held:R} nodes {pool.NodesBefore} {pool.Nodes}\n");
        foreach (NodeLease lease in Leases)
            text.Append(CultureInfo.InvariantCulture, $"lease {lease.Node} {lease.Pool} since {lease.Since} transit {lease.InTransit}\n");
        foreach (PlannedMove move in Plan.Moves)
            text.Append(CultureInfo.InvariantCulture, $"move {move.Move.Node} {move.Move.From ?? "-"} {move.Move.To ?? "-"} at {move.Start:c} until {move.End:c}\n");
        foreach (Move move in Plan.Blocked)
            text.Append(CultureInfo.InvariantCulture, $"blocked {move.Node} {move.From ?? "-"} {move.To ?? "-"}\n");
        return text.ToString();
    }
}
