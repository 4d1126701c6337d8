using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>Receives for the sockets of one turn in one call of the system, before the first of them goes on.</summary>
/// <remarks>For the loop's thread alone. Sockets are known by the number of their event in the turn.</remarks>
internal sealed unsafe class EpollInbox(CallBatch calls) : IDisposable
{
    /// <summary>Bytes for one socket. One that gets more at a time is left out: it takes them at once to where they are wanted.</summary>
    public const int Piece = 4 * 1024;

    /// <summary>Between two pieces' beginnings. Not a power of two: of the processor's nearest cache all would lie in the same few lines.</summary>
    private const int Stride = Piece + 192;

    private readonly byte* _bytes = (byte*)NativeMemory.Alloc(CallBatch.Most * Stride);
    private readonly EpollSocket?[] _sockets = new EpollSocket?[CallBatch.Most];
    private readonly int[] _numbers = new int[CallBatch.Most];
    private int _count;

    /// <summary>Takes a socket in, if somebody waits for what has come for it.</summary>
    public void Offer(int number, EpollSocket socket, uint events)
    {
        if (!socket.TryBeginAhead(events))
            return;
        _sockets[number] = socket;
        _numbers[_count++] = number;
    }

    /// <summary>Receives for all, and gives each what came. <see cref="Take"/> must follow for each event of the turn: whoever waited is to be told.</summary>
    public void Receive()
    {
        bool isTogether = _count >= CallBatch.Least;
        if (isTogether)
        {
            calls.Clear();
            for (int i = 0; i < _count; i++)
                calls.AddReceive(_sockets[_numbers[i]]!.Descriptor, PieceOf(_numbers[i]), Piece);
            calls.Run();
        }

        for (int i = 0; i < _count; i++)
            _sockets[_numbers[i]]!.EndAhead(PieceOf(_numbers[i]), isTogether ? calls.ResultOf(i) : CallBatch.NotMade);
        _count = 0;
    }

    /// <summary>The socket that was taken in with an event, once; null: none was.</summary>
    public EpollSocket? Take(int number)
    {
        EpollSocket? socket = _sockets[number];
        _sockets[number] = null;
        return socket;
    }

    public void Dispose() => NativeMemory.Free(_bytes);

    private byte* PieceOf(int number) => _bytes + (number * Stride);
}
