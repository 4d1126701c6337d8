namespace HashBalancer.Ring;

/// <summary>Stands on one point of a ring that has points, and steps around the circle in either direction.</summary>
internal struct PointCursor
{
    private readonly PointBlock[] _blocks;
    private int _segment;
    private int _index;

    private PointCursor(PointBlock[] blocks, int segment, int index)
    {
        _blocks = blocks;
        _segment = segment;
        _index = index;
    }

    public readonly uint Position => _blocks[_segment].PositionAt(_index);

    public readonly int Slot => _blocks[_segment].SlotAt(_index);

    /// <summary>The first point at or after a position, wrapping.</summary>
    public static PointCursor AtOrAfter(PointBlock[] blocks, RingGeometry geometry, uint position)
    {
        int segment = geometry.SegmentOf(position);
        var cursor = new PointCursor(blocks, segment, blocks[segment].FirstAtOrAfter(position, geometry.SegmentBits) - 1);
        cursor.MoveNext();
        return cursor;
    }

    /// <summary>The last point before a segment, wrapping.</summary>
    public static PointCursor Before(PointBlock[] blocks, int segment)
    {
        var cursor = new PointCursor(blocks, segment, 0);
        cursor.MovePrevious();
        return cursor;
    }

    /// <summary>The first point after a segment, wrapping.</summary>
    public static PointCursor After(PointBlock[] blocks, int segment)
    {
        var cursor = new PointCursor(blocks, segment, blocks[segment].Count - 1);
        cursor.MoveNext();
        return cursor;
    }

    public void MoveNext()
    {
        _index++;
        while (_index >= _blocks[_segment].Count)
        {
            _segment = _segment + 1 == _blocks.Length ? 0 : _segment + 1;
            _index = 0;
        }
    }

    public void MovePrevious()
    {
        _index--;
        while (_index < 0)
        {
            _segment = _segment == 0 ? _blocks.Length - 1 : _segment - 1;
            _index = _blocks[_segment].Count - 1;
        }
    }
}
