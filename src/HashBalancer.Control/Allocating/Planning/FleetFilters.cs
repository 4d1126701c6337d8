using HashBalancer.Allocation.Model;

namespace HashBalancer.Control;

/// <summary>Fits a pool's filter and pins to the nodes that there are: a node that is away must not make the whole division faulty. Pure.</summary>
internal static class FleetFilters
{
    private static readonly Dictionary<string, decimal> Nothing = new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = 0 };

    /// <summary>The pool as the fleet of now can have it; with a maximum of no node when none passes.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="refused">Nodes that are not tried for it.</param>
    /// <param name="only">The only nodes that may serve it at present; null: any.</param>
    /// <param name="nodes">The fleet.</param>
    /// <param name="present">Their ids.</param>
    public static PoolSpec Applied(PoolSpec pool, string[] refused, string[]? only, IReadOnlyList<FleetNode> nodes, HashSet<string> present)
    {
        NodeFilter? filter = pool.Filter;
        if (refused.Length > 0 || only is not null)
            filter = (filter ?? new NodeFilter()) with { Except = [.. filter?.Except ?? [], .. refused] };
        bool isNone = false;
        if (filter is not null)
        {
            bool isListed = only is not null || filter.Nodes.Count > 0;
            string[] listed = [.. (only ?? filter.Nodes).Where(id => present.Contains(id) && (filter.Nodes.Count == 0 || filter.Nodes.Contains(id, StringComparer.Ordinal)))];
            filter = filter with { Nodes = listed };
            isNone = (isListed && listed.Length == 0) || !nodes.Any(node => NodeMatch.Passes(filter, node));
            filter = isNone ? null : filter;
        }

        string[] pinned = [.. pool.Pinned.Where(id => present.Contains(id) && !isNone && (filter is null || NodeMatch.Passes(filter, nodes.First(node => node.Id == id))))];
        return isNone
            ? pool with { Filter = null, Pinned = [], Guaranteed = new Dictionary<string, decimal>(StringComparer.Ordinal), Maximum = Nothing }
            : pool with { Filter = filter, Pinned = pinned };
    }
}
