using System.Buffers;
using System.Runtime.CompilerServices;

namespace HashBalancer.Ring;

/// <summary>The slots a walk has yielded: a list of up to 16, beyond that a bit per slot in a rented array.</summary>
internal struct SeenSlots
{
    private const int ListCapacity = 16;
    private List _list;
    private ulong[]? _bits;

    /// <summary>How many slots were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a slot; false when it was added before.</summary>
    public bool TryAdd(int slot, int slotCount)
    {
        if (_bits is null)
        {
            Span<int> listed = _list;
            if (listed[..Count].Contains(slot))
                return false;
            if (Count < ListCapacity)
            {
                listed[Count++] = slot;
                return true;
            }

            Spread(slotCount);
        }

        ref ulong word = ref _bits![slot >> 6];
        ulong bit = 1UL << slot;
        if ((word & bit) != 0)
            return false;
        word |= bit;
        Count++;
        return true;
    }

    /// <summary>Gives the rented array back. What follows must not add.</summary>
    public void Dispose()
    {
        if (_bits is not null)
            ArrayPool<ulong>.Shared.Return(_bits);
        _bits = null;
    }

    private void Spread(int slotCount)
    {
        int words = (slotCount + 63) >> 6;
        _bits = ArrayPool<ulong>.Shared.Rent(words);
        Array.Clear(_bits, 0, words);
        foreach (int slot in (ReadOnlySpan<int>)_list)
            _bits[slot >> 6] |= 1UL << slot;
    }

    [InlineArray(ListCapacity)]
    private struct List
    {
        private int _first;
    }
}
