namespace HashBalancer.Ring;

/// <content>The ring as arcs: what explains it, measures it and moves it.</content>
public sealed partial class HashRing
{
    /// <summary>The arc of one point, or the override, that a hash falls into; null when no node has a point.</summary>
    /// <remarks>An arc is where its point is the nearest, cut short where an override begins. Cost: a bisection or two; allocates nothing.</remarks>
    public RingArc? ArcAt(ulong hash)
    {
        if (PointCount == 0)
            return null;
        uint position = RingFormat.PositionOf(hash);
        OverrideTable.Active[] inForce = OverrideTable.InForce;
        int next = inForce.Length == 0 ? 0 : OverrideTable.FirstEndingAtOrAfter(position);
        if (next < inForce.Length && inForce[next].First <= position)
            return new RingArc(inForce[next].First, inForce[next].Last, inForce[next].Slot, IsOverride: true);

        (long first, long last, int slot) = ArcByPoints(position);
        if (next > 0)
            first = Math.Max(first, inForce[next - 1].Last + 1L);
        if (next < inForce.Length)
            last = Math.Min(last, inForce[next].First - 1L);
        return new RingArc((uint)Math.Max(first, 0), (uint)Math.Min(last, uint.MaxValue), slot, IsOverride: false);
    }

    /// <summary>All stretches of one owner in order of position, without a gap; none when no node has a point.</summary>
    /// <remarks>Neighbouring points of one node make one stretch. Cost: linear in points.</remarks>
    public IEnumerable<RingArc> Arcs()
    {
        RingArc? open = null;
        for (int segment = 0; PointCount > 0 && segment < Blocks.Length; segment++)
        {
            foreach (RingArc arc in ArcsOf(segment))
            {
                if (open is { } before && (before.Slot != arc.Slot || before.IsOverride != arc.IsOverride))
                {
                    yield return before;
                    open = null;
                }

                open = arc with { First = open?.First ?? arc.First };
            }
        }

        if (open is { } last)
            yield return last;
    }

    /// <summary>The part of the key space that each slot's node owns, overrides included: exact, and 1 in all when a node has a point.</summary>
    /// <remarks>Cost: linear in points.</remarks>
    public double[] Shares()
    {
        double[] shares = new double[SlotCount];
        for (int segment = 0; PointCount > 0 && segment < Blocks.Length; segment++)
        {
            foreach (RingArc arc in ArcsOf(segment))
                shares[arc.Slot] += arc.Share;
        }

        return shares;
    }

    /// <summary>The part of the key space that a slot's node owns, as <see cref="Shares"/> has it; 0 for a free slot.</summary>
    /// <remarks>Cost: that of <see cref="Shares"/> once a ring, which is kept; of several first callers at once each bears it.</remarks>
    public double ShareAt(int slot) => (Volatile.Read(ref _shares) ?? Keep(Shares()))[slot];

    /// <summary>The arcs of one segment of a ring that has points, one by one, cut at its ends.</summary>
    internal List<RingArc> ArcsOf(int segment) =>
        ArcSweep.Run(Geometry, Blocks, OverrideTable, segment, new ArcList((uint)Geometry.FirstPosition(segment))).Arcs;

    /// <summary>The arc of the nearest point, in positions that run on below 0 and above the circle.</summary>
    private (long First, long Last, int Slot) ArcByPoints(uint position)
    {
        var after = PointCursor.AtOrAfter(Blocks, Geometry, position);
        if (PointCount == 1)
            return (0, uint.MaxValue, after.Slot);
        PointCursor before = after;
        before.MovePrevious();

        // A point before the position that lies at it is a whole circle away: all points share one position.
        long afterPlace = (long)position + (after.Position - position);
        long beforePlace = position - (before.Position == position ? RingFormat.Positions : position - before.Position);
        if (afterPlace - position <= position - beforePlace)
        {
            PointCursor next = after;
            next.MoveNext();
            return (RingFormat.LastNearer(beforePlace, afterPlace) + 1, RingFormat.LastNearer(afterPlace, afterPlace + (next.Position - after.Position)), after.Slot);
        }

        PointCursor previous = before;
        previous.MovePrevious();
        return (RingFormat.LastNearer(beforePlace - (before.Position - previous.Position), beforePlace) + 1, RingFormat.LastNearer(beforePlace, afterPlace), before.Slot);
    }

    private double[] Keep(double[] shares)
    {
        Volatile.Write(ref _shares, shares);
        return shares;
    }

    /// <summary>Collects arcs.</summary>
    private struct ArcList(uint first) : IArcSink
    {
        private uint _first = first;

        public List<RingArc> Arcs { get; } = [];

        public void Add(uint last, int slot, bool isOverride)
        {
            Arcs.Add(new RingArc(_first, last, slot, isOverride));
            _first = last + 1;
        }
    }
}
