using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>
/// An immutable consistent-hash ring with virtual nodes (Karger et al., "Consistent Hashing and Random Trees", STOC 1997).
/// </summary>
/// <remarks>
/// <para>A position is the upper 32 bits of a hash, on a circle of 2^32 positions. Point i of a node lies at the position of the
/// hash of its ServiceID's UTF-8 bytes followed by i as 4 bytes, little endian. A node has round(weight × points per unit
/// weight) points (halves up), at least one when its weight is above 0, so that a change of weight adds or removes the node's
/// own last points only. The owner of a hash is the node of the nearest point in either direction: of the first point at or
/// after its position and the one before that, the nearer, and the former when both are equally near. Points at one position
/// are ordered by ServiceID (by UTF-8 bytes). The order in which members are given never matters.</para>
/// <para>Nearest in either direction, because a node's share is then a sum of half gaps on both sides of its points: half the
/// variance of the usual rule, that a point owns the whole gap before it, at the same number of points.</para>
/// <para>A look-up reads one cache line, found by multiplication, and compares it as a whole. A ring of other members or overrides
/// is derived by merging, and shares every segment in which nothing changed.</para>
/// <para>Nodes are addressed by slot: a small number that stays with a node as long as it is a member of this ring and of
/// the rings derived from it. Slots of nodes that left are reused; two rings that agree on every owner may differ in slots.</para>
/// <para>Thread-safe: nothing changes after construction.</para>
/// </remarks>
public sealed partial class HashRing
{
    /// <summary>Points per unit of weight unless said otherwise: shares of up to 1,000 nodes of equal weight stay within 15 % of the mean.</summary>
    public const int DefaultPointsPerUnitWeight = 320;

    /// <summary>The largest number of points per unit of weight.</summary>
    public const int MaximumPointsPerUnitWeight = 100_000;

    /// <summary>The largest weight of a member.</summary>
    public const double MaximumWeight = 1000;

    /// <summary>The most points a ring may have: 64 positions per point on average, 1 GB in all.</summary>
    public const int MaximumPointCount = 1 << 26;

    private readonly nint[] _entries;
    private readonly int _segmentShift;
    private readonly int _segmentBits;
    private readonly uint _slotMask;
    private readonly MemberTable _members;
    private double[]? _shares;

    private HashRing(
        int pointsPerUnitWeight, MemberTable members, RingGeometry geometry, PointBlock[] blocks, int pointCount, OverrideTable overrides, HashRing? old)
    {
        PointsPerUnitWeight = pointsPerUnitWeight;
        PointCount = pointCount;
        Geometry = geometry;
        Blocks = blocks;
        OverrideTable = overrides;
        _members = members;
        LineBlocks = RingMerge.Lines(old, this);
        _entries = Array.ConvertAll(LineBlocks, block => block.Entry);
        _segmentShift = 64 - geometry.SegmentBits;
        _segmentBits = geometry.SegmentBits;
        _slotMask = geometry.SlotMask;
    }

    /// <summary>The ring without members.</summary>
    public static HashRing Empty { get; } = WithoutMembers(DefaultPointsPerUnitWeight);

    /// <summary>Points per unit of weight of this ring.</summary>
    public int PointsPerUnitWeight { get; }

    /// <summary>How many members the ring has, those of weight 0 included.</summary>
    public int Count => _members.Count;

    /// <summary>How many members have a weight above 0, and so serve.</summary>
    public int ServingCount => _members.ServingCount;

    /// <summary>One above the highest slot in use.</summary>
    public int SlotCount => _members.SlotCount;

    /// <summary>How many points the ring has.</summary>
    public int PointCount { get; }

    /// <summary>The overrides as given, in order of position, those included whose node is no serving member now.</summary>
    public ImmutableArray<RingOverride> Overrides => OverrideTable.Given;

    /// <summary>Bytes of the ring's points, lines and tables of segments, shared ones included; without members' ids.</summary>
    public long SizeInBytes => Blocks.Sum(block => block.ContentBytes) + LineBlocks.Sum(block => block.ContentBytes)
        + ((long)Blocks.Length * (Unsafe.SizeOf<PointBlock>() + Unsafe.SizeOf<LineBlock>() + nint.Size));

    /// <summary>Bytes of what look-ups read: lines and the table of segments.</summary>
    public long LookupBytes => LineBlocks.Sum(block => block.ContentBytes) + ((long)LineBlocks.Length * nint.Size);

    internal RingGeometry Geometry { get; }

    internal PointBlock[] Blocks { get; }

    internal LineBlock[] LineBlocks { get; }

    internal OverrideTable OverrideTable { get; }

    /// <summary>Builds a ring. Cost: hashing and sorting of all points.</summary>
    /// <param name="members">The members in any order.</param>
    /// <param name="pointsPerUnitWeight">1 to <see cref="MaximumPointsPerUnitWeight"/>.</param>
    /// <exception cref="ArgumentException">An id is empty or stands twice, a weight is out of range, or there are too many members or points.</exception>
    public static HashRing Build(IEnumerable<RingMember> members, int pointsPerUnitWeight = DefaultPointsPerUnitWeight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsPerUnitWeight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pointsPerUnitWeight, MaximumPointsPerUnitWeight);
        return WithoutMembers(pointsPerUnitWeight).WithMembers(members);
    }

    /// <summary>The ring with exactly these members: this instance if none changed, else one derived from it.</summary>
    /// <remarks>Cost: linear in members and segments, plus the points of members that changed and the segments they fall into.</remarks>
    /// <param name="members">The members in any order.</param>
    /// <exception cref="ArgumentException">As <see cref="Build"/>.</exception>
    public HashRing WithMembers(IEnumerable<RingMember> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        List<MemberChange> changes = [];
        if (_members.With(members, changes) is not { } table)
            return this;

        long pointCount = PointCount;
        foreach (MemberChange change in changes)
            pointCount += RingFormat.PointCount(change.NewWeight, PointsPerUnitWeight) - RingFormat.PointCount(change.OldWeight, PointsPerUnitWeight);
        if (pointCount > MaximumPointCount)
            throw new ArgumentException($"The members' weights ask for {pointCount} points at {PointsPerUnitWeight} per unit of weight; at most {MaximumPointCount} are allowed.", nameof(members));

        RingGeometry geometry = Geometry.Fits(pointCount, table.SlotCount) ? Geometry : RingGeometry.For(pointCount, table.SlotCount);
        var added = new PointChanges(geometry, changes, table, PointsPerUnitWeight, added: true);
        var removed = new PointChanges(geometry, changes, _members, PointsPerUnitWeight, added: false);
        PointBlock[] blocks = RingMerge.Points(this, geometry, table, added, removed);
        return new HashRing(PointsPerUnitWeight, table, geometry, blocks, (int)pointCount, OverrideTable.With(Overrides, table), this);
    }

    /// <summary>The ring with exactly these overrides: this instance if they are the ones it has, else one derived from it.</summary>
    /// <remarks>They stay through changes of membership until replaced. Cost: linear in segments and overrides, plus the segments
    /// they fall into.</remarks>
    /// <param name="overrides">Stretches that do not overlap, in any order.</param>
    /// <exception cref="ArgumentException">A stretch runs backwards, overlaps another or names no node.</exception>
    public HashRing WithOverrides(IEnumerable<RingOverride> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        ImmutableArray<RingOverride> given = OverrideTable.Checked(overrides);
        return given.AsSpan().SequenceEqual(Overrides.AsSpan())
            ? this
            : new HashRing(PointsPerUnitWeight, _members, Geometry, Blocks, PointCount, OverrideTable.With(given, _members), this);
    }

    /// <summary>The member in a slot, or null when the slot is free.</summary>
    public RingMember? MemberAt(int slot) => _members[slot];

    /// <summary>The slot of a member.</summary>
    public bool TryGetSlot(string id, out int slot) => _members.TryGetSlot(id, out slot);

    /// <summary>The slot of the node that owns a hash, overrides included, or -1 when no node has a point.</summary>
    /// <remarks>One cache line is read; nothing is allocated.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe int Owner(ulong hash)
    {
        // LineLayout has the reasoning: the segment's entry, then the way into the segment times its lines.
        nint entry = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), (nint)(hash >> _segmentShift));
        ulong product = (ulong)((uint)(hash >> 32) << _segmentBits) * ((uint)entry & LineLayout.UnitsMask) * LineLayout.LinesPerUnit;
        uint* line = (uint*)((entry & ~(nint)LineLayout.UnitsMask) + (nint)((product >> 32) * LineLayout.BytesPerLine));
        uint word = LineSearch.FirstNotBelow(line, (uint)product & ~_slotMask);

        // The address is good as long as this ring holds the block.
        GC.KeepAlive(this);
        return word == LineSearch.Elsewhere ? OwnerElsewhere(hash) : (int)(word & _slotMask);
    }

    /// <summary>The slot of the node that owns a hash by points alone, as if there were no overrides, or -1 when no node has a point.</summary>
    public int OwnerByPoints(ulong hash)
    {
        if (PointCount == 0)
            return -1;
        uint position = RingFormat.PositionOf(hash);
        var after = PointCursor.AtOrAfter(Blocks, Geometry, position);
        PointCursor before = after;
        before.MovePrevious();
        return after.Position - position <= position - before.Position ? after.Slot : before.Slot;
    }

    /// <summary>The distinct nodes that serve a hash: its owner first, then by the distance of their nearest point.</summary>
    /// <remarks>The owner of an override goes first; overrides of other stretches play no part.</remarks>
    public RingWalk Walk(ulong hash) => new(this, hash);

    private static HashRing WithoutMembers(int pointsPerUnitWeight) =>
        new(pointsPerUnitWeight, MemberTable.Empty, RingGeometry.For(0, 0), new PointBlock[RingGeometry.For(0, 0).SegmentCount], 0, OverrideTable.None, null);

    /// <summary>The same answer as the lines', for the few lines with more arcs than room, and for a ring without points.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OwnerElsewhere(ulong hash) =>
        OverrideTable.SlotAt(RingFormat.PositionOf(hash)) is >= 0 and int slot ? slot : OwnerByPoints(hash);
}
