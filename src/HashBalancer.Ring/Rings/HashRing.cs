using System.Buffers.Binary;
using System.Text;

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
/// <para>Nodes are addressed by slot: a small number that stays with a node as long as it is a member of this ring and of
/// the rings derived from it. Slots of nodes that left are reused; two rings that agree on every owner may differ in slots.</para>
/// <para>Thread-safe: nothing changes after construction.</para>
/// </remarks>
public sealed class HashRing
{
    /// <summary>Points per unit of weight unless said otherwise.</summary>
    public const int DefaultPointsPerUnitWeight = 320;

    /// <summary>The largest weight of a member.</summary>
    public const double MaximumWeight = 1000;

    private readonly uint[] _points;
    private readonly int[] _slots;
    private readonly RingMember[] _members;
    private readonly Dictionary<string, int> _slotById;

    private HashRing(uint[] points, int[] slots, RingMember[] members, int pointsPerUnitWeight)
    {
        _points = points;
        _slots = slots;
        _members = members;
        PointsPerUnitWeight = pointsPerUnitWeight;
        _slotById = new Dictionary<string, int>(members.Length, StringComparer.Ordinal);
        for (int slot = 0; slot < members.Length; slot++)
            _slotById.Add(members[slot].Id, slot);
    }

    /// <summary>The ring without members.</summary>
    public static HashRing Empty { get; } = Build([]);

    /// <summary>Points per unit of weight of this ring.</summary>
    public int PointsPerUnitWeight { get; }

    /// <summary>How many members the ring has, those of weight 0 included.</summary>
    public int Count => _members.Length;

    /// <summary>One above the highest slot in use.</summary>
    public int SlotCount => _members.Length;

    /// <summary>How many points the ring has.</summary>
    public int PointCount => _points.Length;

    /// <summary>Builds a ring.</summary>
    /// <param name="members">The members in any order.</param>
    /// <param name="pointsPerUnitWeight">1 to 100,000.</param>
    /// <exception cref="ArgumentException">An id is empty or stands twice, or a weight is out of range.</exception>
    public static HashRing Build(IEnumerable<RingMember> members, int pointsPerUnitWeight = DefaultPointsPerUnitWeight)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsPerUnitWeight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pointsPerUnitWeight, 100_000);
        RingMember[] sorted = [.. members.OrderBy(m => m.Id, ServiceIdOrder.Instance)];
        for (int slot = 0; slot < sorted.Length; slot++)
        {
            if (string.IsNullOrEmpty(sorted[slot].Id))
                throw new ArgumentException("A ring member has no id.", nameof(members));
            if (slot > 0 && sorted[slot].Id == sorted[slot - 1].Id)
                throw new ArgumentException($"Ring member '{sorted[slot].Id}' stands twice.", nameof(members));
            if (!(sorted[slot].Weight is >= 0 and <= MaximumWeight))
                throw new ArgumentException($"Ring member '{sorted[slot].Id}' has weight {sorted[slot].Weight}; allowed are 0 to {MaximumWeight}.", nameof(members));
        }

        int total = sorted.Sum(m => PointsOf(m, pointsPerUnitWeight));
        uint[] points = new uint[total];
        int[] slots = new int[total];
        int next = 0;
        for (int slot = 0; slot < sorted.Length; slot++)
        {
            int count = PointsOf(sorted[slot], pointsPerUnitWeight);
            byte[] seed = new byte[Encoding.UTF8.GetByteCount(sorted[slot].Id) + sizeof(uint)];
            Encoding.UTF8.GetBytes(sorted[slot].Id, seed);
            for (int i = 0; i < count; i++, next++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(seed.AsSpan(seed.Length - sizeof(uint)), (uint)i);
                points[next] = (uint)(KeyHash.Of(seed) >> 32);
                slots[next] = slot;
            }
        }

        // Members are in order of id, so a stable order by point gives equal points to the smaller id.
        int[] order = [.. Enumerable.Range(0, total).OrderBy(i => points[i])];
        return new HashRing([.. order.Select(i => points[i])], [.. order.Select(i => slots[i])], sorted, pointsPerUnitWeight);
    }

    /// <summary>The ring with exactly these members: this instance if none changed, else one derived from it.</summary>
    /// <param name="members">The members in any order.</param>
    /// <exception cref="ArgumentException">As <see cref="Build"/>.</exception>
    public HashRing WithMembers(IEnumerable<RingMember> members)
    {
        RingMember[] target = [.. members];
        return target.Length == Count && target.All(m => TryGetSlot(m.Id, out int slot) && MemberAt(slot) == m)
            ? this
            : Build(target, PointsPerUnitWeight);
    }

    /// <summary>The member in a slot, or null when the slot is free.</summary>
    public RingMember? MemberAt(int slot) => _members[slot];

    /// <summary>The slot of a member.</summary>
    public bool TryGetSlot(string id, out int slot) => _slotById.TryGetValue(id, out slot);

    /// <summary>The slot of the node that owns a hash, or -1 when no node has a point.</summary>
    public int Owner(ulong hash)
    {
        if (_points.Length == 0)
            return -1;
        uint position = (uint)(hash >> 32);
        int after = FirstPointAtOrAfter(position);
        int before = after == 0 ? _points.Length - 1 : after - 1;
        return _slots[_points[after] - position <= position - _points[before] ? after : before];
    }

    /// <summary>The distinct nodes in the order of their nearest point's distance from a hash: owner first, then its successors.</summary>
    public RingWalk Walk(ulong hash)
    {
        uint position = (uint)(hash >> 32);
        return new RingWalk(_points, _slots, position, _points.Length == 0 ? 0 : FirstPointAtOrAfter(position), SlotCount);
    }

    private static int PointsOf(RingMember member, int pointsPerUnitWeight) =>
        member.Weight == 0 ? 0 : Math.Max(1, (int)Math.Round(member.Weight * pointsPerUnitWeight, MidpointRounding.AwayFromZero));

    private int FirstPointAtOrAfter(uint position)
    {
        int low = 0, high = _points.Length;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            if (_points[middle] < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low == _points.Length ? 0 : low;
    }
}
