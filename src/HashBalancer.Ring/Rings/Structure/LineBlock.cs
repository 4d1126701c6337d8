namespace HashBalancer.Ring;

/// <summary>The lines of one segment, aligned to cache lines.</summary>
/// <remarks>Immutable once written, and shared by all rings in which the segment's arcs are these. The array lies on the heap
/// of pinned objects: the collector would otherwise move it off its alignment, and every look-up would read two lines.</remarks>
internal readonly unsafe struct LineBlock
{
    private readonly uint[] _array;

    public LineBlock(int lines)
    {
        _array = GC.AllocateUninitializedArray<uint>((lines + 1) * LineLayout.WordsPerLine, pinned: true);
        fixed (uint* start = _array)
            Entry = (((nint)start + LineLayout.BytesPerLine - 1) & ~(nint)LineLayout.UnitsMask) | (nint)(lines / LineLayout.LinesPerUnit);
    }

    /// <summary>Where the first line lies, with the number of lines in the free bits: see <see cref="LineLayout"/>. Valid as long
    /// as the block is held.</summary>
    public nint Entry { get; }

    /// <summary>How many lines the block has.</summary>
    public int Lines => (int)(Entry & LineLayout.UnitsMask) * LineLayout.LinesPerUnit;

    /// <summary>Bytes of the array's content.</summary>
    public long ContentBytes => (long)_array.Length * sizeof(uint);

    /// <summary>All words, line by line.</summary>
    public Span<uint> Content => new((uint*)(Entry & ~(nint)LineLayout.UnitsMask), Lines * LineLayout.WordsPerLine);
}
