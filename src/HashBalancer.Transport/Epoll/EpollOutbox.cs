namespace HashBalancer.Transport;

/// <summary>Small pieces that a loop's sockets are to send, gathered while the loop goes through what is ready, and sent one after another then.</summary>
/// <remarks>
/// A send runs the system's whole way to the peer, which displaces the program's code from the processor's caches, as the program does with the system's:
/// taking turns with each request costs a fifth more than doing first the one and then the other. For the loop's thread alone.
/// </remarks>
internal sealed class EpollOutbox
{
    /// <summary>Larger ones are sent at once: copying would cost more than is won.</summary>
    public const int LargestPiece = 4 * 1024;

    private const int MostSockets = 64;

    private readonly byte[] _bytes = new byte[16 * LargestPiece];
    private readonly (EpollSocket? Socket, int Start, int End)[] _entries = new (EpollSocket?, int, int)[MostSockets];
    private int _count;

    /// <summary>Whether there may be no room for a further socket's piece.</summary>
    public bool IsFull => _count == MostSockets || _bytes.Length - End < LargestPiece;

    private int End => _count == 0 ? 0 : _entries[_count - 1].End;

    /// <summary>Takes a copy of a socket's first piece, of <see cref="LargestPiece"/> at most; not when <see cref="IsFull"/>.</summary>
    /// <returns>Where it lies, for <see cref="TryExtend"/> and <see cref="Take"/>.</returns>
    public int Add(EpollSocket socket, ReadOnlySpan<byte> piece)
    {
        int start = End;
        piece.CopyTo(_bytes.AsSpan(start));
        _entries[_count] = (socket, start, start + piece.Length);
        return _count++;
    }

    /// <summary>Puts a further piece behind a socket's last one; false when another's lies there, or there is no room.</summary>
    public bool TryExtend(int entry, ReadOnlySpan<byte> piece)
    {
        ref (EpollSocket? Socket, int Start, int End) last = ref _entries[entry];
        if (entry != _count - 1 || piece.Length > _bytes.Length - last.End)
            return false;
        piece.CopyTo(_bytes.AsSpan(last.End));
        last.End += piece.Length;
        return true;
    }

    /// <summary>Takes a socket's pieces out; they stay as they are until something else is added.</summary>
    public ReadOnlySpan<byte> Take(int entry)
    {
        ref (EpollSocket? Socket, int Start, int End) taken = ref _entries[entry];
        taken.Socket = null;
        return _bytes.AsSpan(taken.Start..taken.End);
    }

    /// <summary>Sends everything.</summary>
    public void Send()
    {
        // Whoever waited for a socket may add to this meanwhile.
        for (int i = 0; i < _count; i++)
            _entries[i].Socket?.SendGathered();
        _count = 0;
    }
}
