namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>What a plan is refused for.</summary>
internal static class MigrationChecks
{
    public static void Check(IReadOnlyList<MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.Total < 1 || limits.PerZone < 1)
            throw new ArgumentException($"At least 1 move must be allowed at once; {limits.Total} are in the fleet and {limits.PerZone} in a zone.", nameof(limits));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (MigrationPool pool in pools)
        {
            if (!names.Add(pool.Name))
                throw new ArgumentException($"Pool '{pool.Name}' stands twice.", nameof(pools));
            if (pool.Nodes < 0 || pool.MinAvailable < 0 || pool.MaxUnavailable < 1)
                throw new ArgumentException($"Pool '{pool.Name}' has {pool.Nodes} nodes, MinAvailable {pool.MinAvailable}, MaxUnavailable {pool.MaxUnavailable}; allowed are 0 or more, 0 or more, 1 or more.", nameof(pools));
        }

        var nodes = new HashSet<string>(StringComparer.Ordinal);
        foreach (Move move in moves)
        {
            if (!nodes.Add(move.Node))
                throw new ArgumentException($"Node '{move.Node}' moves twice.", nameof(moves));
            if (move.Drain < TimeSpan.Zero || move.Reassign < TimeSpan.Zero || move.Warm < TimeSpan.Zero)
                throw new ArgumentException($"The move of node '{move.Node}' has a negative step.", nameof(moves));
            foreach (string? pool in new[] { move.From, move.To })
            {
                if (pool is not null && !names.Contains(pool))
                    throw new ArgumentException($"The move of node '{move.Node}' names the unknown pool '{pool}'.", nameof(moves));
            }
        }
    }
}
