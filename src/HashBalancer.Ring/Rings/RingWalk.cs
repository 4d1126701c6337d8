namespace HashBalancer.Ring;

/// <summary>Enumerates the distinct nodes that serve a key: owner first, then its successors, nearest point first.</summary>
/// <remarks>
/// <para>Used by <c>foreach</c> or by hand; yields slots. Not thread-safe; lives on the stack, and is not for copying half-way.</para>
/// <para>The owner costs one look-up. The successors come from two cursors that move away from the key in both directions.
/// Nothing is allocated within the first 16 nodes; from there on a pooled array is rented, which goes back at the end of
/// the walk or with <see cref="Dispose"/> (<c>foreach</c> calls it).</para>
/// </remarks>
public ref struct RingWalk
{
    private readonly HashRing _ring;
    private readonly ulong _hash;
    private PointCursor _after;
    private PointCursor _before;
    private SeenSlots _seen;

    internal RingWalk(HashRing ring, ulong hash)
    {
        _ring = ring;
        _hash = hash;
        Current = -1;
    }

    /// <summary>The slot of the node that the walk stands on; -1 before the first.</summary>
    public int Current { get; private set; }

    /// <summary>The walk itself, for <c>foreach</c>.</summary>
    public readonly RingWalk GetEnumerator() => this;

    /// <summary>Steps to the next node not yet yielded; false when all were.</summary>
    public bool MoveNext()
    {
        if (_seen.Count == _ring.ServingCount)
        {
            _seen.Dispose();
            return false;
        }

        if (_seen.Count == 0)
        {
            Current = _ring.Owner(_hash);
            _seen.TryAdd(Current, _ring.SlotCount);
            return true;
        }

        uint position = RingFormat.PositionOf(_hash);
        if (_seen.Count == 1)
        {
            // The owner needed no cursors; most walks end there.
            _after = PointCursor.AtOrAfter(_ring.Blocks, _ring.Geometry, position);
            _before = _after;
            _before.MovePrevious();
        }

        int slot;
        do
        {
            slot = NearerPoint(position);
        }
        while (!_seen.TryAdd(slot, _ring.SlotCount));
        Current = slot;
        return true;
    }

    /// <summary>Gives back what a walk beyond 16 nodes rented.</summary>
    public void Dispose() => _seen.Dispose();

    /// <summary>The cursors meet after all points, long after all nodes were seen: neither can run past the other unnoticed.</summary>
    private int NearerPoint(uint position)
    {
        int slot;
        if (_after.Position - position <= position - _before.Position)
        {
            slot = _after.Slot;
            _after.MoveNext();
        }
        else
        {
            slot = _before.Slot;
            _before.MovePrevious();
        }

        return slot;
    }
}
