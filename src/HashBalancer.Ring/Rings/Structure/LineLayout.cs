namespace HashBalancer.Ring;

/// <summary>How a segment is cut into lines of one cache line each, and how a position finds its own.</summary>
/// <remarks>
/// A line's 16 words are arc ends: the upper bits hold how far into the line the arc reaches, the lower ones the slot of its
/// node. With f = a position's way into its segment as 32-bit fraction, the product f × lines has the number of the line in
/// its upper half and the way into the line in its lower. Neighbouring positions are 2^segment bits × lines apart in it, of which a
/// word drops the lowest bits for the slot: they stay distinct as long as that is at least 2^slot bits.
/// A look-up takes lines and address from one word: the address of a line leaves 6 bits free, which hold the number of lines in
/// fours.
/// </remarks>
internal static class LineLayout
{
    public const int WordsPerLine = 16;
    public const int BytesPerLine = WordsPerLine * sizeof(uint);

    /// <summary>The last word of a line tells what follows its arcs, so that a search never leaves it.</summary>
    public const int ArcsPerLine = WordsPerLine - 1;

    /// <summary>Lines come in fours.</summary>
    public const int LinesPerUnit = 4;

    /// <summary>The bits of an address that hold the number of lines, in units.</summary>
    public const int UnitsMask = BytesPerLine - 1;

    /// <summary>The most lines of a segment.</summary>
    public const int MostLines = UnitsMask * LinesPerUnit;

    /// <summary>Arcs per line. A Poisson number with this mean is above 15 in 1 % of lines, and about one look-up in 500 finds its line
    /// full; an arc costs 64 B / 8.5 = 7.5 B.</summary>
    private const double MeanArcsPerLine = 8.5;

    /// <summary>How many lines a segment with so many arcs gets.</summary>
    public static int LinesFor(int arcs, RingGeometry geometry)
    {
        int units = (int)Math.Ceiling(arcs / MeanArcsPerLine / LinesPerUnit);
        int fewest = (geometry.FewestLinesPerSegment + LinesPerUnit - 1) / LinesPerUnit;
        return Math.Min(Math.Max(Math.Max(units, fewest), 1), UnitsMask) * LinesPerUnit;
    }

    /// <summary>The line of its segment that holds a position, and, as a word without slot, how far into it the position lies.</summary>
    public static int LineOf(uint position, int lines, RingGeometry geometry, out uint probe)
    {
        ulong product = (ulong)(position << geometry.SegmentBits) * (uint)lines;
        probe = (uint)product & ~geometry.SlotMask;
        return (int)(product >> 32);
    }
}
