using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>The points of one segment in order, 6 B each (8 B where a slot is above 65,535).</summary>
/// <remarks>Immutable, and shared by all rings in which the segment has these points. What walks and merges read; look-ups read
/// lines. One array holds all, positions first, to spare the collector an object per segment.</remarks>
internal readonly struct PointBlock : IEquatable<PointBlock>
{
    /// <summary>How far before its expected place a search begins: about √count of a usual segment, and a cache line.</summary>
    private const int Margin = 16;

    private readonly uint[]? _words;

    private PointBlock(uint[] words, int count)
    {
        _words = words;
        Count = count;
    }

    public int Count { get; }

    /// <summary>Bytes of the array's content.</summary>
    public long ContentBytes => _words is null ? 0 : (long)_words.Length * sizeof(uint);

    private ReadOnlySpan<uint> Positions => _words.AsSpan(0, Count);

    private bool HasWideSlots => _words!.Length == 2 * Count;

    /// <summary>Makes a block of points in order, as position and slot in one word each.</summary>
    public static PointBlock Of(ReadOnlySpan<ulong> points)
    {
        if (points.IsEmpty)
            return default;
        uint slotsSeen = 0;
        foreach (ulong point in points)
            slotsSeen |= (uint)point;

        // A single point has room for a wide slot in either form.
        bool wide = slotsSeen > ushort.MaxValue || points.Length == 1;
        var block = new PointBlock(new uint[points.Length + (wide ? points.Length : (points.Length + 1) / 2)], points.Length);
        Span<uint> slots = block._words.AsSpan(points.Length);
        Span<ushort> narrowSlots = MemoryMarshal.Cast<uint, ushort>(slots);
        for (int i = 0; i < points.Length; i++)
        {
            block._words![i] = (uint)(points[i] >> 32);
            if (wide)
                slots[i] = (uint)points[i];
            else
                narrowSlots[i] = (ushort)points[i];
        }

        return block;
    }

    public uint PositionAt(int index) => _words![index];

    public int SlotAt(int index) =>
        HasWideSlots ? (int)_words![Count + index] : MemoryMarshal.Cast<uint, ushort>(_words.AsSpan(Count))[index];

    /// <summary>The index of the first point at or after a position, or <see cref="Count"/>.</summary>
    /// <remarks>Points spread evenly: the place to look is known to within some √count, one or two cache lines, where a bisection
    /// would wait for one after another.</remarks>
    public int FirstAtOrAfter(uint position, int segmentBits)
    {
        ReadOnlySpan<uint> positions = Positions;
        int start = (int)(((ulong)(position << segmentBits) * (uint)positions.Length) >> 32) - Margin;
        while (start > 0 && positions[start - 1] >= position)
            start -= 2 * Margin;
        start = Math.Max(start, 0);
        int found = positions[start..].IndexOfAnyInRange(position, uint.MaxValue);
        return found < 0 ? positions.Length : start + found;
    }

    /// <summary>Writes the points from one index up to, not including, another as words.</summary>
    public void CopyTo(int start, int end, Span<ulong> points)
    {
        for (int i = start; i < end; i++)
            points[i - start] = ((ulong)_words![i] << 32) | (uint)SlotAt(i);
    }

    /// <summary>Whether both are the same object; not whether they have the same points.</summary>
    public bool Equals(PointBlock other) => ReferenceEquals(_words, other._words);

    public override bool Equals(object? obj) => obj is PointBlock other && Equals(other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_words);
}
