using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>The overrides of a ring: as given, and those in force among the ring's members.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class OverrideTable
{
    private OverrideTable(ImmutableArray<RingOverride> given, Active[] inForce)
    {
        Given = given;
        InForce = inForce;
    }

    public static OverrideTable None { get; } = new([], []);

    /// <summary>All overrides in order of position, the resting ones included.</summary>
    public ImmutableArray<RingOverride> Given { get; }

    /// <summary>Those whose node serves, in order of position.</summary>
    public Active[] InForce { get; }

    /// <summary>Sorts and checks a table of overrides.</summary>
    /// <exception cref="ArgumentException">A stretch runs backwards, overlaps another or names no node.</exception>
    public static ImmutableArray<RingOverride> Checked(IEnumerable<RingOverride> overrides)
    {
        RingOverride[] sorted = [.. overrides];
        Array.Sort(sorted, static (a, b) => a.First.CompareTo(b.First));
        for (int i = 0; i < sorted.Length; i++)
        {
            RingOverride one = sorted[i];
            if (string.IsNullOrEmpty(one.NodeId))
                throw new ArgumentException($"The override of positions {one.First} to {one.Last} names no node.", nameof(overrides));
            if (one.Last < one.First)
                throw new ArgumentException($"The override for '{one.NodeId}' runs from {one.First} back to {one.Last}; a stretch across the ends of the circle is two overrides.", nameof(overrides));
            if (i > 0 && one.First <= sorted[i - 1].Last)
                throw new ArgumentException($"The override for '{one.NodeId}' from {one.First} overlaps the one for '{sorted[i - 1].NodeId}' up to {sorted[i - 1].Last}.", nameof(overrides));
        }

        return ImmutableArray.Create(sorted);
    }

    /// <summary>The table for these members: this one if nothing comes in or out of force.</summary>
    public OverrideTable With(ImmutableArray<RingOverride> given, MemberTable members)
    {
        if (given.IsEmpty)
            return None;
        List<Active> inForce = [];
        foreach (RingOverride one in given)
        {
            if (members.TryGetSlot(one.NodeId, out int slot) && members[slot]!.Value.Weight > 0)
                inForce.Add(new Active(one.First, one.Last, slot));
        }

        bool same = CollectionsMarshal.AsSpan(inForce).SequenceEqual(InForce);
        return same && given == Given ? this : new OverrideTable(given, same ? InForce : [.. inForce]);
    }

    /// <summary>The index of the first override in force that ends at or after a position.</summary>
    public int FirstEndingAtOrAfter(long position)
    {
        int low = 0, high = InForce.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (InForce[middle].Last < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The slot that an override in force gives a position to, or -1.</summary>
    public int SlotAt(uint position)
    {
        int index = FirstEndingAtOrAfter(position);
        return index < InForce.Length && InForce[index].First <= position ? InForce[index].Slot : -1;
    }

    /// <summary>How many overrides in force touch a stretch.</summary>
    public int CountIn(long first, long last)
    {
        int start = FirstEndingAtOrAfter(first), end = start;
        while (end < InForce.Length && InForce[end].First <= last)
            end++;
        return end - start;
    }

    /// <summary>Whether both tables put the same slots in force over the same positions of a stretch.</summary>
    public static bool Agree(OverrideTable one, OverrideTable other, long first, long last)
    {
        if (ReferenceEquals(one.InForce, other.InForce))
            return true;
        int i = one.FirstEndingAtOrAfter(first), j = other.FirstEndingAtOrAfter(first);
        while (true)
        {
            bool oneEnds = i == one.InForce.Length || one.InForce[i].First > last;
            bool otherEnds = j == other.InForce.Length || other.InForce[j].First > last;
            if (oneEnds || otherEnds)
                return oneEnds && otherEnds;
            if (one.InForce[i++] != other.InForce[j++])
                return false;
        }
    }

    /// <summary>An override in force.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Active(uint First, uint Last, int Slot);
}
