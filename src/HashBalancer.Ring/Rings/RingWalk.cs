using System.Runtime.CompilerServices;

namespace HashBalancer.Ring;

/// <summary>Enumerates the distinct nodes of a ring in the order of their nearest point's distance from a key: owner first, then its successors.</summary>
/// <remarks>Used by <c>foreach</c> or by hand; yields slots. Not thread-safe; lives on the stack.</remarks>
public ref struct RingWalk
{
    private readonly ReadOnlySpan<uint> _points;
    private readonly ReadOnlySpan<int> _slots;
    private readonly uint _position;
    private readonly ulong[]? _seenOverflow;
    private SeenBits _seen;
    private int _after;
    private int _before;
    private int _left;

    internal RingWalk(ReadOnlySpan<uint> points, ReadOnlySpan<int> slots, uint position, int after, int slotCount)
    {
        _points = points;
        _slots = slots;
        _position = position;
        _after = after;
        _before = after == 0 ? points.Length - 1 : after - 1;
        _left = points.Length;
        _seenOverflow = slotCount > SeenBits.Capacity ? new ulong[(slotCount + 63) / 64] : null;
        Current = -1;
    }

    /// <summary>The slot of the node that the walk stands on; -1 before the first.</summary>
    public int Current { get; private set; }

    /// <summary>The walk itself, for <c>foreach</c>.</summary>
    public readonly RingWalk GetEnumerator() => this;

    /// <summary>Steps to the next node not yet yielded; false when all were.</summary>
    public bool MoveNext()
    {
        while (_left > 0)
        {
            int slot = NearerPoint();
            _left--;
            ref ulong word = ref _seenOverflow is null ? ref Unsafe.Add(ref Unsafe.As<SeenBits, ulong>(ref _seen), slot >> 6) : ref _seenOverflow[slot >> 6];
            ulong bit = 1UL << (slot & 63);
            if ((word & bit) == 0)
            {
                word |= bit;
                Current = slot;
                return true;
            }
        }

        return false;
    }

    private int NearerPoint()
    {
        if (_points[_after] - _position <= _position - _points[_before])
        {
            int after = _slots[_after];
            _after = _after + 1 == _points.Length ? 0 : _after + 1;
            return after;
        }

        int before = _slots[_before];
        _before = _before == 0 ? _points.Length - 1 : _before - 1;
        return before;
    }

    [InlineArray(Capacity / 64)]
    private struct SeenBits
    {
        public const int Capacity = 1024;
        private ulong _first;
    }
}
