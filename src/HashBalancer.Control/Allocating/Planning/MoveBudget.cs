using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;

namespace HashBalancer.Control;

/// <summary>How much may be under way at once, what is under way counted: the allocation library plans a round, this keeps rounds together within the limits.</summary>
internal sealed class MoveBudget
{
    private readonly FleetInput _input;
    private readonly Dictionary<string, PoolSpec> _pools;
    private readonly int _mostPerRound;
    private readonly Dictionary<string, int> _perZone = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _leaving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _arriving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _serving = new(StringComparer.Ordinal);
    private int _underWay;
    private int _takenThisRound;

    public MoveBudget(FleetInput input, IEnumerable<FleetLease> leases, Dictionary<string, PoolSpec> pools, Dictionary<string, FleetNode> nodes)
    {
        (_input, _pools) = (input, pools);
        _mostPerRound = Math.Max(1, (int)(input.Rules.ReclaimPerRound * input.Nodes.Count(node => node.Available)));
        foreach (FleetLease lease in leases)
        {
            if (!nodes.TryGetValue(lease.Node, out FleetNode? node))
                continue;
            if (lease.IsUnderWay && node.Available && (lease.Phase == LeasePhase.Draining ? lease.Next : lease.Pool) is { } to)
                Add(_arriving, to);
            if (lease.IsUnderWay && (lease.Phase == LeasePhase.Draining || lease.FormerPool is not null))
                Count(node.Zone);
            if (lease.Phase == LeasePhase.Draining)
            {
                Add(_leaving, lease.Pool!);
                if (lease.Next is not null && input.Now - lease.Since < input.Rules.Round)
                    _takenThisRound++;
            }
            else if (lease.Serves && node.Available)
            {
                Add(_serving, lease.Pool!);
            }
        }
    }

    /// <summary>What keeps a node from leaving its pool now; null when nothing does.</summary>
    /// <param name="move">The move.</param>
    /// <param name="isUrgent">Whether the pool that it goes to has less than its guarantee.</param>
    /// <param name="kept">Nodes that its pool has once all moves have ended: it never serves with fewer because others are still coming.</param>
    public string? ObstacleToDrain(Move move, bool isUrgent, int kept)
    {
        PoolSpec from = _pools[move.From!];
        if (_underWay >= _input.Rules.MostMoves)
            return "other moves";
        if (_perZone.GetValueOrDefault(move.Zone) >= _input.Rules.MostMovesPerZone)
            return "moves of its zone";
        if (_leaving.GetValueOrDefault(from.Name) >= from.MaxUnavailable)
            return "nodes of its pool that are leaving";
        if (_serving.GetValueOrDefault(from.Name) - 1 < from.MinAvailable)
            return "its pool, which can spare none";
        if (_arriving.GetValueOrDefault(from.Name) > 0 && _serving.GetValueOrDefault(from.Name) - 1 < kept)
            return "nodes that are coming to its pool";
        return move.To is not null && !isUrgent && _takenThisRound >= _mostPerRound ? "the next round" : null;
    }

    /// <summary>Counts a move that begins.</summary>
    public void Begin(Move move)
    {
        if (move.To is not null)
            Add(_arriving, move.To);
        if (move.From is null)
            return;
        Count(move.Zone);
        Add(_leaving, move.From);
        Add(_serving, move.From, -1);
        if (move.To is not null)
            _takenThisRound++;
    }

    private void Count(string zone)
    {
        _underWay++;
        Add(_perZone, zone);
    }

    private static void Add(Dictionary<string, int> counts, string key, int more = 1) => counts[key] = counts.GetValueOrDefault(key) + more;
}
