namespace HashBalancer.Ring;

/// <summary>Writes the arcs of one segment into its lines.</summary>
internal ref struct LineWriter : IArcSink
{
    private readonly RingGeometry _geometry;
    private readonly Span<uint> _words;
    private readonly int _lines;
    private int _line;
    private int _arcs;
    private bool _full;
    private uint _pendingLast;
    private int _pendingSlot;

    private LineWriter(RingGeometry geometry, LineBlock block)
    {
        _geometry = geometry;
        _words = block.Content;
        _lines = block.Lines;
        _pendingSlot = -1;
    }

    /// <summary>The lines of a segment of a ring that has points.</summary>
    public static LineBlock Write(RingGeometry geometry, PointBlock[] blocks, OverrideTable overrides, int segment)
    {
        // An override adds at most two ends; the arcs next to the segment's own may reach in.
        int arcs = blocks[segment].Count + (2 * overrides.CountIn(geometry.FirstPosition(segment), geometry.LastPosition(segment)));
        var block = new LineBlock(LineLayout.LinesFor(arcs, geometry));
        ArcSweep.Run(geometry, blocks, overrides, segment, new LineWriter(geometry, block)).Finish();
        return block;
    }

    /// <summary>The lines of a segment of a ring without points: every look-up is told to ask elsewhere.</summary>
    public static LineBlock WriteEmpty()
    {
        var block = new LineBlock(LineLayout.LinesPerUnit);
        block.Content.Fill(LineSearch.Elsewhere);
        return block;
    }

    /// <summary>Keeps the arc back: if the next one is the same node's, the two are one.</summary>
    public void Add(uint last, int slot, bool isOverride)
    {
        if (slot != _pendingSlot && _pendingSlot >= 0)
            WritePending();
        _pendingLast = last;
        _pendingSlot = slot;
    }

    private void WritePending()
    {
        FillUpTo(LineLayout.LineOf(_pendingLast, _lines, _geometry, out uint probe));
        int at = (_line * LineLayout.WordsPerLine) + _arcs;
        if (_arcs < LineLayout.ArcsPerLine)
        {
            _words[at] = probe | (uint)_pendingSlot;
            _arcs++;
        }
        else
        {
            _words[at] = LineSearch.Elsewhere;
            _full = true;
        }
    }

    /// <summary>Ends all lines before a line: the pending arc covers the rest of each.</summary>
    private void FillUpTo(int line)
    {
        uint rest = ~_geometry.SlotMask | (uint)_pendingSlot;
        for (; _line < line; _line++, _arcs = 0, _full = false)
        {
            if (!_full)
                _words.Slice((_line * LineLayout.WordsPerLine) + _arcs, LineLayout.WordsPerLine - _arcs).Fill(rest);
        }
    }

    private void Finish() => FillUpTo(_lines);
}
