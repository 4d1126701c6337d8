namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>The orders in which moves are considered. Every order ends with the node's name, so that none depends on the input's.</summary>
internal static class MigrationOrder
{
    /// <summary>Destination priority, then the longest, then the node.</summary>
    public static IComparer<Move> ByPriority(Dictionary<string, MigrationPool> pools) =>
        Comparer<Move>.Create((a, b) => First(PriorityOf(b, pools).CompareTo(PriorityOf(a, pools)), b.Duration.CompareTo(a.Duration), a, b));

    /// <summary>Orders that look at the makespan alone.</summary>
    public static IEnumerable<Func<IComparer<Move>>> Alternatives(Dictionary<string, MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits)
    {
        yield return () => Comparer<Move>.Create((a, b) => First(b.Duration.CompareTo(a.Duration), 0, a, b));
        yield return () =>
        {
            Dictionary<string, double> load = BottleneckOfSources(pools, moves, limits);
            return Comparer<Move>.Create((a, b) => First(LoadOf(b, load).CompareTo(LoadOf(a, load)), b.Duration.CompareTo(a.Duration), a, b));
        };
        yield return () =>
        {
            // Who cannot give before it gets holds up its own moves: its tail is as long as its longest move out.
            Dictionary<string, double> tails = TailsOfStarved(pools, moves);
            return Comparer<Move>.Create((a, b) => First(Tail(b, tails).CompareTo(Tail(a, tails)), b.Duration.CompareTo(a.Duration), a, b));
        };
        yield return () =>
        {
            Dictionary<string, double> tails = TailsOfStarved(pools, moves);
            return Comparer<Move>.Create((a, b) => First(Feeds(b, tails).CompareTo(Feeds(a, tails)), a.Duration.CompareTo(b.Duration), a, b));
        };
    }

    private static int First(int first, int second, Move a, Move b) =>
        first != 0 ? first : second != 0 ? second : string.CompareOrdinal(a.Node, b.Node);

    private static int PriorityOf(Move move, Dictionary<string, MigrationPool> pools) =>
        move.To is null ? int.MinValue : pools[move.To].Priority;

    private static Dictionary<string, double> BottleneckOfSources(Dictionary<string, MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits) =>
        moves.Where(m => m.From is not null).GroupBy(m => m.From!, StringComparer.Ordinal).ToDictionary(
            g => g.Key,
            g => g.Sum(m => m.Duration.TotalSeconds) / Math.Min(limits.Total, Spare(pools[g.Key])),
            StringComparer.Ordinal);

    private static int Spare(MigrationPool pool) => Math.Clamp(pool.Nodes - pool.MinAvailable, 1, pool.MaxUnavailable);

    private static double LoadOf(Move move, Dictionary<string, double> load) => move.From is null ? 0 : load[move.From];

    private static Dictionary<string, double> TailsOfStarved(Dictionary<string, MigrationPool> pools, IReadOnlyList<Move> moves) =>
        moves.Where(m => m.From is not null).GroupBy(m => m.From!, StringComparer.Ordinal)
            .Where(g => pools[g.Key].Nodes - g.Count() < pools[g.Key].MinAvailable)
            .ToDictionary(g => g.Key, g => g.Max(m => m.Duration.TotalSeconds), StringComparer.Ordinal);

    private static double Tail(Move move, Dictionary<string, double> tails) =>
        move.Duration.TotalSeconds + (move.To is not null && tails.TryGetValue(move.To, out double tail) ? tail : 0);

    private static bool Feeds(Move move, Dictionary<string, double> tails) => move.To is not null && tails.ContainsKey(move.To);
}
