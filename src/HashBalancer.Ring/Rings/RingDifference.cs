using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>A part of the key space that another node owns than before.</summary>
/// <param name="From">The ServiceID of the node that owned it, or null when none did.</param>
/// <param name="To">The ServiceID of the node that owns it now, or null when none does.</param>
/// <param name="Share">Above 0 and up to 1.</param>
public readonly record struct RingMove(string? From, string? To, double Share);

/// <summary>Which share of the key space moves from whom to whom when one ring replaces another.</summary>
/// <remarks>Exact: owners are compared arc by arc, overrides included. Immutable; thread-safe.</remarks>
public sealed class RingDifference
{
    private RingDifference(IReadOnlyList<RingMove> moves)
    {
        Moves = moves;
        MovedShare = moves.Sum(move => move.Share);
    }

    /// <summary>The moves, greatest first; of equal ones by ServiceIDs.</summary>
    public IReadOnlyList<RingMove> Moves { get; }

    /// <summary>The part of the key space that changes its owner, 0 to 1.</summary>
    public double MovedShare { get; }

    /// <summary>Compares two rings.</summary>
    /// <remarks>Cost: linear in points; of a ring derived from the other, in the points of segments that changed.</remarks>
    public static RingDifference Between(HashRing before, HashRing after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        Dictionary<(int From, int To), double> widths = [];
        if (before.Geometry == after.Geometry && before.PointCount > 0 && after.PointCount > 0)
        {
            for (int segment = 0; segment < before.Blocks.Length; segment++)
            {
                // Rings that share a segment's lines are of one descent: the slots in it are the same nodes'.
                if (before.LineBlocks[segment].Entry != after.LineBlocks[segment].Entry)
                    Compare(before, after, before.ArcsOf(segment), after.ArcsOf(segment), widths);
            }
        }
        else
        {
            Compare(before, after, ArcsOrNone(before), ArcsOrNone(after), widths);
        }

        return new RingDifference([.. widths
            .Select(w => new RingMove(IdAt(before, w.Key.From), IdAt(after, w.Key.To), w.Value / RingFormat.Positions))
            .OrderByDescending(m => m.Share).ThenBy(m => m.From, StringComparer.Ordinal).ThenBy(m => m.To, StringComparer.Ordinal)]);
    }

    private static IEnumerable<RingArc> ArcsOrNone(HashRing ring) =>
        ring.PointCount > 0 ? ring.Arcs() : [new RingArc(0, uint.MaxValue, -1, IsOverride: false)];

    /// <summary>Goes through two lists of arcs over the same positions in step.</summary>
    private static void Compare(
        HashRing before, HashRing after, IEnumerable<RingArc> old, IEnumerable<RingArc> now, Dictionary<(int From, int To), double> widths)
    {
        using IEnumerator<RingArc> one = old.GetEnumerator(), other = now.GetEnumerator();
        one.MoveNext();
        other.MoveNext();
        long from = one.Current.First;
        while (true)
        {
            uint to = Math.Min(one.Current.Last, other.Current.Last);
            int was = one.Current.Slot, isNow = other.Current.Slot;
            if (IdAt(before, was) != IdAt(after, isNow))
                CollectionsMarshal.GetValueRefOrAddDefault(widths, (was, isNow), out _) += to - from + 1;
            from = to + 1L;

            // Both lists end at the same position.
            bool more = true;
            if (one.Current.Last == to)
                more = one.MoveNext();
            if (other.Current.Last == to)
                more &= other.MoveNext();
            if (!more)
                return;
        }
    }

    private static string? IdAt(HashRing ring, int slot) => slot < 0 ? null : ring.MemberAt(slot)!.Value.Id;
}
