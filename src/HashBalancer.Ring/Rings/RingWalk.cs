using System.Runtime.CompilerServices;

namespace HashBalancer.Ring;

/// <summary>Enumerates the distinct nodes of a ring from a key's owner on: owner first, then its successors.</summary>
/// <remarks>Used by <c>foreach</c> or by hand; yields slots. Not thread-safe; lives on the stack.</remarks>
public ref struct RingWalk
{
    private readonly ReadOnlySpan<int> _slots;
    private readonly int _slotCount;
    private readonly ulong[]? _seenOverflow;
    private SeenBits _seen;
    private int _position;
    private int _left;

    internal RingWalk(ReadOnlySpan<int> slots, int start, int slotCount)
    {
        _slots = slots;
        _slotCount = slotCount;
        _position = start;
        _left = slots.Length;
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
            int slot = _slots[_position];
            _position = _position + 1 == _slots.Length ? 0 : _position + 1;
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

    [InlineArray(Capacity / 64)]
    private struct SeenBits
    {
        public const int Capacity = 1024;
        private ulong _first;
    }
}
