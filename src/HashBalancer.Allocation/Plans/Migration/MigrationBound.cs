namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>What no order of the moves can beat: the longest move, and the work behind every limit divided by the limit.</summary>
internal static class MigrationBound
{
    public static TimeSpan Of(IReadOnlyList<MigrationPool> pools, List<Move> moves, MigrationLimits limits)
    {
        TimeSpan bound = moves.Select(m => m.Duration).DefaultIfEmpty().Max();
        Raise(moves, limits.Total);
        foreach (IGrouping<string, Move> zone in moves.GroupBy(m => m.Zone, StringComparer.Ordinal))
            Raise(zone, limits.PerZone);
        Dictionary<string, int> most = pools.ToDictionary(p => p.Name, p => p.MaxUnavailable, StringComparer.Ordinal);
        foreach (IGrouping<string, Move> source in moves.Where(m => m.From is not null).GroupBy(m => m.From!, StringComparer.Ordinal))
            Raise(source, most[source.Key]);
        return bound;

        void Raise(IEnumerable<Move> behind, int limit)
        {
            var work = TimeSpan.FromTicks(behind.Sum(m => m.Duration.Ticks) / limit);
            if (work > bound)
                bound = work;
        }
    }
}
