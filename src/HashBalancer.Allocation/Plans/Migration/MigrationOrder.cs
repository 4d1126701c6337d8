using System.Runtime.InteropServices;

namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>The orders in which moves are considered: two keys, the higher first, then the node, so that none depends on the input's order.</summary>
internal static class MigrationOrder
{
    /// <summary>Destination priority, then the longest.</summary>
    public static Move[] ByPriority(IReadOnlyList<Move> moves, Dictionary<string, MigrationPool> pools) =>
        Sorted(moves, m => (m.To is null ? double.NegativeInfinity : pools[m.To].Priority, m.Duration.Ticks));

    /// <summary>Orders that look at the time alone.</summary>
    public static IEnumerable<Move[]> Alternatives(IReadOnlyList<Move> moves, Dictionary<string, MigrationPool> pools, MigrationLimits limits)
    {
        ILookup<string, Move> bySource = moves.Where(m => m.From is not null).ToLookup(m => m.From!, StringComparer.Ordinal);
        yield return Sorted(moves, m => (m.Duration.Ticks, 0));

        // The source with most work for every node that it may spare is the last to end: it starts first.
        Dictionary<string, double> load = bySource.ToDictionary(
            g => g.Key,
            g => g.Sum(m => (double)m.Duration.Ticks) / Math.Min(limits.Total, Math.Clamp(pools[g.Key].Nodes - pools[g.Key].MinAvailable, 1, pools[g.Key].MaxUnavailable)),
            StringComparer.Ordinal);
        yield return Sorted(moves, m => (m.From is null ? 0 : load[m.From], m.Duration.Ticks));

        // Who cannot give before it gets holds up its own moves: its tail is as long as its longest move out.
        Dictionary<string, long> tails = bySource
            .Where(g => pools[g.Key].Nodes - g.Count() < pools[g.Key].MinAvailable)
            .ToDictionary(g => g.Key, g => g.Max(m => m.Duration.Ticks), StringComparer.Ordinal);
        yield return Sorted(moves, m => (m.Duration.Ticks + TailOf(m), m.Duration.Ticks));
        yield return Sorted(moves, m => (TailOf(m) > 0 ? 1 : 0, -m.Duration.Ticks));

        long TailOf(Move move) => move.To is null ? 0 : tails.GetValueOrDefault(move.To);
    }

    private static Move[] Sorted(IReadOnlyList<Move> moves, Func<Move, (double First, double Second)> keys)
    {
        var keyed = new Keyed[moves.Count];
        for (int i = 0; i < keyed.Length; i++)
        {
            (double first, double second) = keys(moves[i]);
            keyed[i] = new Keyed(first, second, moves[i]);
        }

        Array.Sort(keyed, static (a, b) =>
        {
            int order = b.First.CompareTo(a.First);
            if (order == 0)
                order = b.Second.CompareTo(a.Second);
            return order != 0 ? order : string.CompareOrdinal(a.Move.Node, b.Move.Node);
        });
        return Array.ConvertAll(keyed, static k => k.Move);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Keyed(double First, double Second, Move Move);
}
