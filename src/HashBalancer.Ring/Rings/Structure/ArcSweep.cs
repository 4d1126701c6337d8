namespace HashBalancer.Ring;

/// <summary>Takes the arcs of a segment in order.</summary>
internal interface IArcSink
{
    /// <summary>From the end of the arc before, or the segment's start, up to and including a position, a slot owns.</summary>
    void Add(uint last, int slot, bool isOverride);
}

/// <summary>Runs over the arcs of one segment: who owns which positions, by points and overrides.</summary>
internal static class ArcSweep
{
    /// <summary>Gives the arcs of a ring's segment, the last cut at the segment's end, and returns the sink. The ring must have points.</summary>
    public static TSink Run<TSink>(RingGeometry geometry, PointBlock[] blocks, OverrideTable overrides, int segment, TSink sink)
        where TSink : IArcSink, allows ref struct
    {
        long first = geometry.FirstPosition(segment), last = geometry.LastPosition(segment);
        var overlay = new Overlay<TSink>(sink, overrides, first);

        // The neighbours of the segment's own points, unwrapped to below its start and above its end.
        var before = PointCursor.Before(blocks, segment);
        var after = PointCursor.After(blocks, segment);
        long point = before.Position < first ? before.Position : before.Position - RingFormat.Positions;
        long beyond = after.Position > last ? after.Position : after.Position + RingFormat.Positions;
        int slot = before.Slot;

        PointBlock own = blocks[segment];
        for (int i = 0; i <= own.Count; i++)
        {
            long next = i < own.Count ? own.PositionAt(i) : beyond;
            long end = RingFormat.LastNearer(point, next);
            if (end >= last)
                break;
            if (end >= first)
                overlay.Add(end, slot);
            point = next;
            slot = i < own.Count ? own.SlotAt(i) : after.Slot;
        }

        overlay.Add(last, slot);
        return overlay.Sink;
    }

    /// <summary>Lays the overrides over the arcs by points.</summary>
    private ref struct Overlay<TSink>(TSink sink, OverrideTable overrides, long first) where TSink : IArcSink, allows ref struct
    {
        public TSink Sink = sink;
        private readonly OverrideTable.Active[] _inForce = overrides.InForce;
        private int _next = overrides.InForce.Length == 0 ? 0 : overrides.FirstEndingAtOrAfter(first);
        private long _from = first;

        /// <summary>An arc of the points, from where the last one ended. An empty one, of a point that shares its position, is left out.</summary>
        public void Add(long last, int slot)
        {
            for (; _next < _inForce.Length && _inForce[_next].First <= last; _next++)
            {
                OverrideTable.Active one = _inForce[_next];
                if (one.First > _from)
                    Sink.Add(one.First - 1, slot, isOverride: false);
                if (one.Last >= last)
                {
                    if (last >= _from)
                        Sink.Add((uint)last, one.Slot, isOverride: true);
                    _from = last + 1;
                    if (one.Last == last)
                        _next++;
                    return;
                }

                Sink.Add(one.Last, one.Slot, isOverride: true);
                _from = one.Last + 1L;
            }

            if (last >= _from)
                Sink.Add((uint)last, slot, isOverride: false);
            _from = last + 1;
        }
    }
}
