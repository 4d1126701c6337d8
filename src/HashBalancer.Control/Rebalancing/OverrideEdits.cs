using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Turns moves into overrides.</summary>
internal static class OverrideEdits
{
    /// <summary>The overrides after some moves: stretches that moved are cut out of what was there, and stand anew unless they went home.</summary>
    /// <remarks>Those that no move touches stay, the resting ones of absent nodes too. Neighbours of one node become one.</remarks>
    public static ImmutableArray<RingOverride> Apply(ImmutableArray<RingOverride> overrides, IEnumerable<ArcMove> moves)
    {
        List<RingOverride> after = [.. overrides];
        foreach (ArcMove move in moves)
        {
            after = [.. after.SelectMany(one => Without(one, move.First, move.Last))];
            if (move.Reason != ArcMoveReason.Return)
                after.Add(new RingOverride(move.First, move.Last, move.To));
        }

        after.Sort(static (a, b) => a.First.CompareTo(b.First));
        return [.. Joined(after)];
    }

    /// <summary>The overrides without those that say what points say anyway: nothing moves when they go.</summary>
    /// <param name="overrides">In order of position.</param>
    /// <param name="ring">The ring that they are for.</param>
    public static ImmutableArray<RingOverride> Tidy(ImmutableArray<RingOverride> overrides, HashRing ring)
    {
        if (overrides.IsEmpty || ring.PointCount == 0)
            return overrides;
        using IEnumerator<RingArc> homes = ring.WithOverrides([]).Arcs().GetEnumerator();
        homes.MoveNext();
        var kept = ImmutableArray.CreateBuilder<RingOverride>(overrides.Length);
        foreach (RingOverride one in overrides)
        {
            while (homes.Current.Last < one.First)
                homes.MoveNext();
            if (homes.Current.Last < one.Last || ring.MemberAt(homes.Current.Slot)!.Value.Id != one.NodeId)
                kept.Add(one);
        }

        return kept.Count == overrides.Length ? overrides : kept.DrainToImmutable();
    }

    /// <summary>Overrides with others laid over them: where both say something, the others count.</summary>
    public static ImmutableArray<RingOverride> Over(ImmutableArray<RingOverride> overrides, ImmutableArray<RingOverride> others) =>
        [.. Without(overrides, others).AddRange(others).OrderBy(one => one.First)];

    /// <summary>Overrides without the stretches of others.</summary>
    public static ImmutableArray<RingOverride> Without(ImmutableArray<RingOverride> overrides, ImmutableArray<RingOverride> others)
    {
        IEnumerable<RingOverride> left = overrides;
        foreach (RingOverride other in others)
            left = left.SelectMany(one => Without(one, other.First, other.Last));
        return [.. left];
    }

    private static IEnumerable<RingOverride> Without(RingOverride one, uint first, uint last)
    {
        if (one.Last < first || one.First > last)
        {
            yield return one;
            yield break;
        }

        if (one.First < first)
            yield return one with { Last = first - 1 };
        if (one.Last > last)
            yield return one with { First = last + 1 };
    }

    private static IEnumerable<RingOverride> Joined(List<RingOverride> sorted)
    {
        for (int i = 0; i < sorted.Count; i++)
        {
            RingOverride one = sorted[i];
            while (i + 1 < sorted.Count && sorted[i + 1] is var next && next.NodeId == one.NodeId && next.First == one.Last + 1)
            {
                one = one with { Last = next.Last };
                i++;
            }

            yield return one;
        }
    }
}
