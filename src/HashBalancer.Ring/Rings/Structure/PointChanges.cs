namespace HashBalancer.Ring;

/// <summary>Points to add to or to take from a ring, sorted within each segment of its geometry.</summary>
/// <remarks>Sorted by counting: hashes spread evenly, so each segment gets few, whatever the number of points in all.</remarks>
internal sealed class PointChanges
{
    private readonly ulong[] _points;
    private readonly int[] _starts;

    /// <summary>Collects the points that a set of changes adds, or those it takes. The members are those that have the ids of the
    /// changed slots: the new ones for additions, the old ones for removals.</summary>
    public PointChanges(RingGeometry geometry, List<MemberChange> changes, MemberTable members, int pointsPerUnitWeight, bool added)
    {
        // Points are hashed twice, once to count and once to place: cheaper than keeping them between.
        _starts = new int[geometry.SegmentCount + 1];
        var counter = new Counter(geometry, _starts);
        ForEach(changes, pointsPerUnitWeight, added, ref counter);
        for (int segment = 1; segment < _starts.Length; segment++)
            _starts[segment] += _starts[segment - 1];

        _points = new ulong[_starts[^1]];
        int[] next = _starts[..^1];
        var placer = new Placer(geometry, next, _points);
        ForEach(changes, pointsPerUnitWeight, added, ref placer);
        for (int segment = 0; segment < geometry.SegmentCount; segment++)
            Sort(_points.AsSpan(_starts[segment].._starts[segment + 1]), members);
    }

    /// <summary>The changes that fall into a segment, in the order of the ring.</summary>
    public ReadOnlySpan<ulong> Of(int segment) => _points.AsSpan(_starts[segment].._starts[segment + 1]);

    private static void ForEach<TSink>(List<MemberChange> changes, int pointsPerUnitWeight, bool added, ref TSink sink) where TSink : IPointSink
    {
        foreach (MemberChange change in changes)
        {
            long before = RingFormat.PointCount(change.OldWeight, pointsPerUnitWeight), after = RingFormat.PointCount(change.NewWeight, pointsPerUnitWeight);
            if (added ? after > before : before > after)
                RingFormat.AddPoints(change.Id, change.Slot, Math.Min(before, after), Math.Max(before, after), ref sink);
        }
    }

    /// <summary>By position; the few that share one by id.</summary>
    private static void Sort(Span<ulong> points, MemberTable members)
    {
        points.Sort();
        for (int i = 1; i < points.Length; i++)
        {
            int start = i - 1;
            while (i < points.Length && points[i] >> 32 == points[start] >> 32)
                i++;
            if (i - start > 1)
                points[start..i].Sort((a, b) => PointOrder.CompareIds(members, a, b));
        }
    }

    private struct Counter(RingGeometry geometry, int[] starts) : IPointSink
    {
        private readonly RingGeometry _geometry = geometry;

        public readonly void Add(ulong point) => starts[_geometry.SegmentOf((uint)(point >> 32)) + 1]++;
    }

    private struct Placer(RingGeometry geometry, int[] next, ulong[] points) : IPointSink
    {
        private readonly RingGeometry _geometry = geometry;

        public readonly void Add(ulong point) => points[next[_geometry.SegmentOf((uint)(point >> 32))]++] = point;
    }
}

/// <summary>The order of points on the circle: by position, at one position by ServiceID.</summary>
internal static class PointOrder
{
    public static bool IsBefore(MemberTable members, ulong a, ulong b) =>
        a >> 32 != b >> 32 ? a < b : CompareIds(members, a, b) < 0;

    public static int CompareIds(MemberTable members, ulong a, ulong b) =>
        (uint)a == (uint)b ? 0 : ServiceIdOrder.Instance.Compare(members[(int)(uint)a]!.Value.Id, members[(int)(uint)b]!.Value.Id);
}
