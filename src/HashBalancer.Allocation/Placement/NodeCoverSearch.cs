namespace HashBalancer.Allocation.Placement;

/// <summary>The search behind <see cref="NodeCover"/>.</summary>
internal sealed class NodeCoverSearch
{
    private const int Nobody = -1;

    private readonly CoverNode[] _nodes;
    private readonly CoverNeed[] _needs;
    private readonly int[] _owner;
    private readonly int _resources;
    private readonly long[] _missing;
    private readonly long[] _rest;
    private readonly int[] _pool;
    private int[]? _best;
    private (int Moves, int Used) _bestCost = (int.MaxValue, int.MaxValue);
    private long _steps;

    public NodeCoverSearch(IReadOnlyList<CoverNode> nodes, IReadOnlyList<CoverNeed> needs, int stepLimit)
    {
        _needs = [.. needs.OrderBy(n => n.Pool, StringComparer.Ordinal)];

        // Interchangeable nodes stand together, so that the search can keep them in order instead of trying every permutation.
        _nodes = [.. nodes.OrderBy(n => n.Owner, StringComparer.Ordinal)
            .ThenByDescending(n => n.Resources.Thousandths.ToArray(), Comparer<long[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)))
            .ThenBy(n => n.Id, StringComparer.Ordinal)];
        _owner = Array.ConvertAll(_nodes, n => Array.FindIndex(_needs, need => need.Pool == n.Owner));
        _resources = _needs.Length == 0 ? 0 : _needs[0].Needs.Resources.Count;
        _missing = [.. _needs.SelectMany(n => n.Needs.Thousandths.ToArray())];
        _rest = new long[(_nodes.Length + 1) * _resources];
        for (int n = _nodes.Length - 1; n >= 0; n--)
        {
            for (int r = 0; r < _resources; r++)
                _rest[(n * _resources) + r] = checked(_rest[((n + 1) * _resources) + r] + _nodes[n].Resources.Thousandths[r]);
        }

        _pool = new int[_nodes.Length];
        _steps = stepLimit;
    }

    public CoverAssignment Run()
    {
        Array.Fill(_pool, Nobody);
        Greedy();
        Array.Fill(_pool, Nobody);
        bool proven = Search(0, 0, 0);
        if (_best is null)
            return new CoverAssignment(false, new Dictionary<string, string>(StringComparer.Ordinal), 0, 0, proven);
        var poolOf = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int n = 0; n < _nodes.Length; n++)
        {
            if (_best[n] != Nobody)
                poolOf.Add(_nodes[n].Id, _needs[_best[n]].Pool);
        }

        return new CoverAssignment(true, poolOf, _bestCost.Moves, _bestCost.Used, proven);
    }

    private void Greedy()
    {
        long[] missing = [.. _missing];
        (int Moves, int Used) cost = (0, 0);
        for (int kind = 0; kind < 3; kind++)
        {
            for (int need = 0; need < _needs.Length; need++)
            {
                while (!IsCovered(missing, need))
                {
                    int node = MostUseful(missing, need, kind);
                    if (node < 0)
                        break;
                    Give(missing, node, need, 1);
                    _pool[node] = need;
                    cost = (cost.Moves + MoveCost(node, need), cost.Used + 1);
                }
            }
        }

        if (Enumerable.Range(0, _needs.Length).All(need => IsCovered(missing, need)))
            Keep(cost);
    }

    /// <summary>Own nodes (kind 0), free ones (1), those of others (2).</summary>
    private int MostUseful(long[] missing, int need, int kind)
    {
        int best = -1;
        double most = 0;
        for (int node = 0; node < _nodes.Length; node++)
        {
            bool eligible = kind switch { 0 => _owner[node] == need, 1 => _nodes[node].Owner is null, _ => true };
            if (_pool[node] != Nobody || !eligible)
                continue;
            double useful = 0;
            for (int r = 0; r < _resources; r++)
            {
                long gap = missing[(need * _resources) + r];
                if (gap > 0)
                    useful += Math.Min(1, (double)_nodes[node].Resources.Thousandths[r] / gap);
            }

            if (useful > most)
                (best, most) = (node, useful);
        }

        return best;
    }

    /// <summary>Gives nodes from <paramref name="node"/> on; answers whether everything below was looked at.</summary>
    private bool Search(int node, int moves, int used)
    {
        if ((moves, used).CompareTo(_bestCost) >= 0)
            return true;
        if (Enumerable.Range(0, _needs.Length).All(need => IsCovered(_missing, need)))
        {
            Keep((moves, used));
            return true;
        }

        if (node == _nodes.Length || !RestSuffices(node))
            return true;
        if (_steps-- <= 0)
            return false;
        bool complete = true;
        for (int need = FirstChoice(node); need >= Nobody; need = NextChoice(node, need))
        {
            if (need != Nobody && IsCovered(_missing, need))
                continue;

            // Of interchangeable nodes a later one never goes to an earlier pool, and never is used where an earlier one is not.
            if (node > 0 && Interchangeable(node, node - 1) && RankOf(node, need) < RankOf(node - 1, _pool[node - 1]))
                continue;
            _pool[node] = need;
            if (need != Nobody)
                Give(_missing, node, need, 1);
            complete &= Search(node + 1, moves + (need == Nobody ? 0 : MoveCost(node, need)), used + (need == Nobody ? 0 : 1));
            if (need != Nobody)
                Give(_missing, node, need, -1);
            _pool[node] = Nobody;
        }

        return complete;
    }

    // Choices are tried in the order: the owner, the other pools, nobody; -2 ends.
    private int FirstChoice(int node) => _owner[node] >= 0 ? _owner[node] : _needs.Length > 0 ? 0 : Nobody;

    private int NextChoice(int node, int need)
    {
        if (need == Nobody)
            return -2;
        int next = need == _owner[node] ? 0 : need + 1;
        if (next == _owner[node])
            next++;
        return next < _needs.Length ? next : Nobody;
    }

    private int RankOf(int node, int need) => need == Nobody ? int.MaxValue : need == _owner[node] ? -1 : need;

    private bool Interchangeable(int a, int b) => _nodes[a].Owner == _nodes[b].Owner && _nodes[a].Resources.Equals(_nodes[b].Resources);

    private bool RestSuffices(int node)
    {
        for (int r = 0; r < _resources; r++)
        {
            long gaps = 0;
            for (int need = 0; need < _needs.Length; need++)
                gaps += Math.Max(0, _missing[(need * _resources) + r]);
            if (gaps > _rest[(node * _resources) + r])
                return false;
        }

        return true;
    }

    private int MoveCost(int node, int need) => _nodes[node].Owner is not null && _owner[node] != need ? 1 : 0;

    private void Give(long[] missing, int node, int need, int sign)
    {
        for (int r = 0; r < _resources; r++)
            missing[(need * _resources) + r] -= sign * _nodes[node].Resources.Thousandths[r];
    }

    private bool IsCovered(long[] missing, int need) => !missing.AsSpan(need * _resources, _resources).ContainsAnyInRange(1, long.MaxValue);

    private void Keep((int Moves, int Used) cost)
    {
        _best = [.. _pool];
        _bestCost = cost;
    }
}
