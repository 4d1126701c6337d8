using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace HashBalancer.Transport;

/// <summary>What goes to a client, sent by each flush; between flushes no memory is held.</summary>
/// <remarks>For one writer, who does not write while a flush is under way; <see cref="CancelPendingFlush"/> may be called by any thread.</remarks>
internal sealed class EpollOutput(EpollSocket socket, EpollConnection connection) : PipeWriter, IValueTaskSource<FlushResult>
{
    private const int SmallestPiece = 4 * 1024, LargestPiece = 64 * 1024;

    /// <summary>Pieces that are full, in order; the current one follows them.</summary>
    private readonly Queue<ReadOnlyMemory<byte>> _full = new(0);

    // Continuations run on the loop: whoever waited goes on where its socket became ready.
    private ManualResetValueTaskSourceCore<FlushResult> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private Queue<byte[]>? _rented;
    private byte[]? _current;
    private int _start;
    private int _end;
    private long _unflushed;
    private int _isCanceled;

    /// <summary>Whether a flush waits, or goes on at this moment on the loop's thread: the memory is its, then.</summary>
    private bool _isPending;
    private bool _isBroken;
    private bool _isCompleted;

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

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        while (true)
        {
            if (TrySend(out FlushResult result))
                return new ValueTask<FlushResult>(result);
            _core.Reset();
            if (cancellationToken.CanBeCanceled)
            {
                _cancellation = cancellationToken;
                _registration = cancellationToken.UnsafeRegister(static output => ((EpollOutput)output!).Interrupt(), this);
            }

            if (TryWait())
                return new ValueTask<FlushResult>(this, _core.Version);
            EndCancellation();
        }
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _isCanceled, 1);
        Interrupt();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (Volatile.Read(ref _isPending))
            return;
        // As much as goes at once; whoever needs all of it to go flushes before.
        if (exception is null && _unflushed > 0)
            _ = TrySend(out _);
        Drop();
    }

    /// <summary>What waited can go on; called by whoever took it out of waiting.</summary>
    public void Writable()
    {
        do
        {
            if (_cancellation.IsCancellationRequested)
            {
                _isPending = false;
                _core.SetException(new OperationCanceledException(_cancellation));
                return;
            }

            if (!TrySend(out FlushResult result))
                continue;
            _isPending = false;
            _core.SetResult(result);
            return;
        }
        while (!TryWait());
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        EndCancellation();
        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryWait()
    {
        Volatile.Write(ref _isPending, true);
        if (!socket.TryWait(Direction.Write))
        {
            _isPending = false;
            return false;
        }

        // Whoever cancels looks for a flush that waits after saying so: one of the two sees the other.
        bool isInterrupted = Volatile.Read(ref _isCanceled) != 0 || _cancellation.IsCancellationRequested;
        if (!isInterrupted || !socket.TryStopWaiting(Direction.Write))
            return true;
        _isPending = false;
        return false;
    }

    /// <summary>Lets a flush that waits look again, on the thread pool: whoever interrupts it may hold locks.</summary>
    private void Interrupt()
    {
        if (socket.TryStopWaiting(Direction.Write))
            ThreadPool.UnsafeQueueUserWorkItem(static output => output.Writable(), this, preferLocal: false);
    }

    private void EndCancellation()
    {
        if (!_cancellation.CanBeCanceled)
            return;
        _registration.Dispose();
        _registration = default;
        _cancellation = default;
    }

    /// <summary>Sends; false when the system takes no more for now.</summary>
    private bool TrySend(out FlushResult result)
    {
        bool isCanceled = Volatile.Read(ref _isCanceled) != 0 && Interlocked.Exchange(ref _isCanceled, 0) != 0;
        int sent = isCanceled || _isBroken ? 0 : SendAll();
        if (sent < 0 && sent != -Errno.Again)
        {
            // The client is gone: nobody will read this.
            _isBroken = true;
            connection.Close();
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
            int count = socket.Send(piece, isMore);
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
        _full.Enqueue(_current.AsMemory(0, _end));
        (_rented ??= new Queue<byte[]>()).Enqueue(_current!);
        _current = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, Math.Min(LargestPiece, _current!.Length * 2)));
        _end = 0;
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
