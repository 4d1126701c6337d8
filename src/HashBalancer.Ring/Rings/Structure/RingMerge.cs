namespace HashBalancer.Ring;

/// <summary>Derives the points and lines of a ring from another's: merges what was added, leaves out what was taken, shares the rest.</summary>
internal static class RingMerge
{
    /// <summary>The points of all segments. Segments without a change are the old ring's own objects if the geometry is the same.</summary>
    public static PointBlock[] Points(HashRing old, RingGeometry geometry, MemberTable members, PointChanges added, PointChanges removed)
    {
        var blocks = new PointBlock[geometry.SegmentCount];
        bool sameCut = geometry == old.Geometry;
        var source = new PointStream(old);
        ulong[] merged = [];
        for (int segment = 0; segment < blocks.Length; segment++)
        {
            ReadOnlySpan<ulong> add = added.Of(segment), remove = removed.Of(segment);
            if (sameCut && add.IsEmpty && remove.IsEmpty)
            {
                blocks[segment] = old.Blocks[segment];
                continue;
            }

            if (sameCut)
                source.MoveTo(segment);
            ReadOnlySpan<ulong> before = source.UpTo(geometry.LastPosition(segment));
            if (merged.Length < before.Length + add.Length)
                merged = new ulong[2 * (before.Length + add.Length)];
            blocks[segment] = PointBlock.Of(Merge(before, remove, add, members, merged));
        }

        return blocks;
    }

    /// <summary>The lines of all segments. A segment's lines are the old ring's own if its points, the points next to it and the
    /// overrides over it are the same.</summary>
    public static LineBlock[] Lines(HashRing? old, HashRing ring)
    {
        var lines = new LineBlock[ring.Geometry.SegmentCount];
        if (ring.PointCount == 0)
        {
            Array.Fill(lines, LineWriter.WriteEmpty());
            return lines;
        }

        HashRing? alike = old is { PointCount: > 0 } && old.Geometry == ring.Geometry ? old : null;
        for (int segment = 0; segment < lines.Length; segment++)
        {
            lines[segment] = alike is not null && SameArcs(alike, ring, segment)
                ? alike.LineBlocks[segment]
                : LineWriter.Write(ring.Geometry, ring.Blocks, ring.OverrideTable, segment);
        }

        return lines;
    }

    private static bool SameArcs(HashRing old, HashRing ring, int segment) =>
        ring.Blocks[segment].Equals(old.Blocks[segment])
        && SameNeighbours(old, ring, segment)
        && OverrideTable.Agree(ring.OverrideTable, old.OverrideTable, old.Geometry.FirstPosition(segment), old.Geometry.LastPosition(segment));

    /// <summary>Whether the points on both sides of a segment are the same. The blocks beside it tell, if they have points.</summary>
    private static bool SameNeighbours(HashRing old, HashRing ring, int segment)
    {
        int last = ring.Blocks.Length - 1;
        return (IsSharedWithPoints(old, ring, segment == 0 ? last : segment - 1)
                || SamePoint(PointCursor.Before(ring.Blocks, segment), PointCursor.Before(old.Blocks, segment)))
            && (IsSharedWithPoints(old, ring, segment == last ? 0 : segment + 1)
                || SamePoint(PointCursor.After(ring.Blocks, segment), PointCursor.After(old.Blocks, segment)));
    }

    private static bool IsSharedWithPoints(HashRing old, HashRing ring, int segment) =>
        ring.Blocks[segment].Equals(old.Blocks[segment]) && ring.Blocks[segment].Count > 0;

    private static bool SamePoint(PointCursor one, PointCursor other) => one.Position == other.Position && one.Slot == other.Slot;

    private static ReadOnlySpan<ulong> Merge(
        ReadOnlySpan<ulong> before, ReadOnlySpan<ulong> remove, ReadOnlySpan<ulong> add, MemberTable members, Span<ulong> merged)
    {
        int count = 0, taken = 0, given = 0;
        foreach (ulong point in before)
        {
            // Removals are in the order of the old ring: the next one either is this point or lies further on.
            if (taken < remove.Length && remove[taken] == point)
            {
                taken++;
                continue;
            }

            while (given < add.Length && PointOrder.IsBefore(members, add[given], point))
                merged[count++] = add[given++];
            merged[count++] = point;
        }

        add[given..].CopyTo(merged[count..]);
        return merged[..(count + add.Length - given)];
    }

    /// <summary>Reads the points of a ring as words, in ascending stretches.</summary>
    private ref struct PointStream(HashRing ring)
    {
        private ulong[] _stretch = [];
        private int _block;
        private int _next;

        /// <summary>Goes on with the first point of a segment.</summary>
        public void MoveTo(int segment)
        {
            _block = segment;
            _next = 0;
        }

        /// <summary>The points from where the last stretch ended up to a position; valid until the next call.</summary>
        public ReadOnlySpan<ulong> UpTo(long last)
        {
            int count = 0;
            while (_block < ring.Blocks.Length)
            {
                PointBlock block = ring.Blocks[_block];
                int end = last >= uint.MaxValue ? block.Count : block.FirstAtOrAfter((uint)last + 1, ring.Geometry.SegmentBits);
                if (count + end - _next > _stretch.Length)
                    Array.Resize(ref _stretch, 2 * (count + end - _next));
                block.CopyTo(_next, end, _stretch.AsSpan(count));
                count += end - _next;
                _next = end;
                if (end < block.Count)
                    break;
                MoveTo(_block + 1);
            }

            return _stretch.AsSpan(0, count);
        }
    }
}
