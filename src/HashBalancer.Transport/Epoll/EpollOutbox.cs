using System.Runtime.CompilerServices;

namespace HashBalancer.Transport;

/// <summary>Small pieces that a loop's sockets are to send, gathered while the loop goes through what is ready, and sent then: all in one call of the system
/// where it has such a one, else one after another.</summary>
/// <remarks>
/// A send runs the system's whole way to the peer, which displaces the program's code from the processor's caches, as the program does with the system's:
/// taking turns with each request costs a fifth more than doing first the one and then the other. For the loop's thread alone.
/// </remarks>
internal sealed unsafe class EpollOutbox
{
    /// <summary>Larger ones are sent at once: copying would cost more than is won.</summary>
    public const int LargestPiece = 4 * 1024;

    private const int MostSockets = 64;

    // Pinned: the system reads it.
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(16 * LargestPiece, pinned: true);
    private readonly Entry[] _entries = new Entry[MostSockets];
    private int _count;

    /// <summary>What makes several calls in one; null: each is made by itself.</summary>
    public CallBatch? Calls { get; set; }

    /// <summary>Whether there may be no room for a further socket's piece.</summary>
    public bool IsFull => _count == MostSockets || _bytes.Length - End < LargestPiece;

    private int End => _count == 0 ? 0 : _entries[_count - 1].End;

    /// <summary>Takes a copy of a socket's first piece, of <see cref="LargestPiece"/> at most; not when <see cref="IsFull"/>.</summary>
    /// <returns>Where it lies, for <see cref="TryExtend"/> and <see cref="Take"/>.</returns>
    public int Add(EpollSocket socket, ReadOnlySpan<byte> piece)
    {
        int start = End;
        piece.CopyTo(_bytes.AsSpan(start));
        _entries[_count] = new Entry { Socket = socket, Start = start, End = start + piece.Length };
        return _count++;
    }

    /// <summary>Puts a further piece behind a socket's last one; false when another's lies there, or there is no room.</summary>
    public bool TryExtend(int entry, ReadOnlySpan<byte> piece)
    {
        ref Entry last = ref _entries[entry];
        if (entry != _count - 1 || piece.Length > _bytes.Length - last.End)
            return false;
        piece.CopyTo(_bytes.AsSpan(last.End));
        last.End += piece.Length;
        return true;
    }

    /// <summary>Takes out what is unsent of a socket's pieces; it stays as it is until something else is added.</summary>
    /// <param name="entry">Where they lie.</param>
    /// <param name="failure">The negated error that sending them met, or 0; told once.</param>
    public ReadOnlySpan<byte> Take(int entry, out int failure)
    {
        ref Entry taken = ref _entries[entry];
        taken.Socket = null;
        failure = taken.Failure;
        return _bytes.AsSpan(taken.Start..taken.End);
    }

    /// <summary>Sends everything.</summary>
    public void Send()
    {
        if (_count >= CallBatch.Least && Calls is not null)
            SendTogether(Calls);
        // Whoever waited for a socket may add to this meanwhile.
        for (int i = 0; i < _count; i++)
            _entries[i].Socket?.SendGathered();
        _count = 0;
    }

    /// <summary>Gives the system what it takes at once; <see cref="EpollSocket.SendGathered"/> sees to the rest, and to what is added behind it.</summary>
    private void SendTogether(CallBatch calls)
    {
        calls.Clear();
        byte* bytes = (byte*)Unsafe.AsPointer(ref _bytes[0]);
        int count = _count;
        for (int i = 0; i < count; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Socket is { } socket)
                entry.Call = calls.AddSend(socket.Descriptor, bytes + entry.Start, entry.End - entry.Start);
        }

        calls.Run();
        for (int i = 0; i < count; i++)
        {
            ref Entry entry = ref _entries[i];
            if (entry.Socket is null)
                continue;
            int result = calls.ResultOf(entry.Call);
            if (result > 0)
                entry.Start += result;
            else if (result != CallBatch.NotMade)
                entry.Failure = result;
        }
    }

    private struct Entry
    {
        public EpollSocket? Socket;
        public int Start;
        public int End;
        public int Call;
        public int Failure;
    }
}
