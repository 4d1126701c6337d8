using System.Buffers;
using System.IO.Pipelines;

namespace HashBalancer.Transport;

/// <summary>What goes to a client, sent by each flush; between flushes no memory is held.</summary>
/// <remarks>For one writer, who does not write while a flush is under way; <see cref="CancelPendingFlush"/> may be called by any thread.</remarks>
internal sealed class EpollOutput : PipeWriter, IEpollOperation<FlushResult>
{
    private const int SmallestPiece = 4 * 1024, LargestPiece = 64 * 1024;

    /// <summary>So much, such as a response's head, is copied into the piece that follows it: that is cheaper than a call of the system of its own.</summary>
    private const int LargestCarried = 1024;

    /// <summary>Pieces that are full, in order; the current one follows them.</summary>
    private readonly Queue<ReadOnlyMemory<byte>> _full = new(0);

    private readonly EpollSocket _socket;
    private readonly EpollConnection _connection;
    private readonly EpollWait<FlushResult> _wait;
    private Queue<byte[]>? _rented;
    private byte[]? _current;
    private int _start;
    private int _end;
    private long _unflushed;
    private bool _isBroken;
    private bool _isCompleted;

    public EpollOutput(EpollSocket socket, EpollConnection connection)
    {
        _socket = socket;
        _connection = connection;
        _wait = new EpollWait<FlushResult>(socket, Direction.Write, this);
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_current is null)
            _current = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, SmallestPiece));
        else if (_current.Length - _end < Math.Max(1, sizeHint))
            NextPiece(sizeHint);
        return _current.AsMemory(_end);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_current is null ? bytes != 0 : (uint)bytes > (uint)(_current.Length - _end))
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "More than was asked for.");
        _end += bytes;
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => _wait.Run(cancellationToken);

    public override void CancelPendingFlush() => _wait.Cancel();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (_wait.IsPending)
            return;
        // As much as goes at once; whoever needs all of it to go flushes before.
        if (exception is null && _unflushed > 0)
            _ = TryEnd(out _, out _);
        Drop();
    }

    /// <summary>What waited can go on; called by whoever took it out of waiting.</summary>
    public void Writable() => _wait.GoOn();

    /// <summary>Sends; false when the system takes no more for now.</summary>
    public bool TryEnd(out FlushResult result, out Exception? failure)
    {
        failure = null;
        bool isCanceled = _wait.TakeCancel();
        int sent = isCanceled || _isBroken ? 0 : SendAll();
        if (sent < 0 && sent != -Errno.Again)
        {
            // The client is gone: nobody will read this.
            _isBroken = true;
            _connection.Close();
        }

        if (_isBroken)
            Drop();
        result = new FlushResult(isCanceled, _isBroken);
        return sent != -Errno.Again;
    }

    private int SendAll()
    {
        while (_full.TryPeek(out ReadOnlyMemory<byte> piece))
        {
            int count = SendPiece(piece.Span[_start..], isMore: true);
            if (count < 0)
                return count;
            _full.Dequeue();
            ArrayPool<byte>.Shared.Return(_rented!.Dequeue());
            _start = 0;
        }

        if (_current is null)
            return 0;
        int last = SendPiece(_current.AsSpan(_start, _end - _start), isMore: false);
        if (last >= 0)
            Drop();
        return last;
    }

    /// <summary>Sends a piece to its end; 0, or the negated error.</summary>
    private int SendPiece(ReadOnlySpan<byte> piece, bool isMore)
    {
        while (!piece.IsEmpty)
        {
            int count = _socket.Send(piece, isMore);
            if (count < 0)
                return count;
            _start += count;
            _unflushed -= count;
            piece = piece[count..];
        }

        return 0;
    }

    private void NextPiece(int sizeHint)
    {
        byte[] last = _current!;
        // Of the first piece a part may have been sent.
        int first = _full.Count == 0 ? _start : 0, written = _end - first;
        int carried = written <= LargestCarried ? written : 0;
        _current = ArrayPool<byte>.Shared.Rent(Math.Max(carried + sizeHint, Math.Min(LargestPiece, last.Length * 2)));
        if (carried == written)
        {
            last.AsSpan(first, carried).CopyTo(_current);
            ArrayPool<byte>.Shared.Return(last);
            _start -= first;
        }
        else
        {
            _full.Enqueue(last.AsMemory(0, _end));
            (_rented ??= new Queue<byte[]>()).Enqueue(last);
        }

        _end = carried;
    }

    private void Drop()
    {
        _full.Clear();
        while (_rented is not null && _rented.TryDequeue(out byte[]? rented))
            ArrayPool<byte>.Shared.Return(rented);
        if (_current is { } current)
            ArrayPool<byte>.Shared.Return(current);
        _current = null;
        _start = _end = 0;
        _unflushed = 0;
    }
}
