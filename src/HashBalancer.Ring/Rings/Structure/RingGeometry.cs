using System.Numerics;
using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>How the circle is cut into segments, 2^<see cref="SegmentBits"/> of equal width, and how words are cut into arc end and slot.</summary>
/// <remarks>
/// A segment is what two rings share when nothing in it changed. Each has as many lines as its arcs need, so that a ring that
/// grows or shrinks does so segment by segment; only when segments become too full or too empty is everything laid out anew.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RingGeometry(int SegmentBits, int SlotBits)
{
    /// <summary>A new ring has at least so many points per segment, and less than twice as many: a segment costs about 100 B of
    /// headers, and is merged as a whole when one point of it changes.</summary>
    private const int PointsPerSegmentAtLayout = 384;

    private const int FewestPointsPerSegment = PointsPerSegmentAtLayout / 2;
    private const int MostPointsPerSegment = PointsPerSegmentAtLayout * 4;

    /// <summary>How many segments the circle has.</summary>
    public int SegmentCount => 1 << SegmentBits;

    /// <summary>The bits of a word that hold the slot. All ones is no slot: see <see cref="LineSearch.Elsewhere"/>.</summary>
    public uint SlotMask => (1u << SlotBits) - 1;

    /// <summary>The fewest lines of a segment by which words of neighbouring positions stay distinct: see <see cref="LineLayout"/>.</summary>
    public int FewestLinesPerSegment => SlotBits > SegmentBits ? 1 << (SlotBits - SegmentBits) : 1;

    /// <summary>The geometry for a new ring: segments by the number of points, slots with room to double.</summary>
    public static RingGeometry For(long points, int slots)
    {
        int slotBits = BitOperations.Log2((uint)slots | 1) + 2;
        int bySize = BitOperations.Log2((ulong)(points / PointsPerSegmentAtLayout) | 1);
        int bySlots = slotBits - BitOperations.Log2(LineLayout.MostLines);
        return new RingGeometry(Math.Max(1, Math.Max(bySize, bySlots)), slotBits);
    }

    /// <summary>Whether a ring of so many points and slots is well served by this geometry.</summary>
    public bool Fits(long points, int slots)
    {
        long perSegment = points >> SegmentBits;
        return slots < SlotMask && perSegment <= MostPointsPerSegment
            && (perSegment >= FewestPointsPerSegment || SegmentBits <= For(points, slots).SegmentBits);
    }

    /// <summary>The segment that holds a position.</summary>
    public int SegmentOf(uint position) => (int)(position >> (32 - SegmentBits));

    /// <summary>The first position of a segment.</summary>
    public long FirstPosition(int segment) => (long)segment << (32 - SegmentBits);

    /// <summary>The last position of a segment.</summary>
    public long LastPosition(int segment) => FirstPosition(segment + 1) - 1;
}
