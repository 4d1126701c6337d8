using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport;

/// <summary>What a client sends, received when it is asked for. While nothing is at hand no memory is held.</summary>
/// <remarks>For one reader; <see cref="CancelPendingRead"/> may be called by any thread.</remarks>
internal sealed class EpollInput(EpollSocket socket, EpollConnection connection) : PipeReader, IValueTaskSource<ReadResult>
{
    private const int SmallestBuffer = 4 * 1024, LargestFirstBuffer = 64 * 1024, LeastRoom = 512;

    // Continuations run on the loop: whoever waited goes on where its socket became ready.
    private ManualResetValueTaskSourceCore<ReadResult> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _next = SmallestBuffer;
    private int _isCanceled;

    /// <summary>Whether a read waits, or goes on at this moment on the loop's thread: the memory is its, then.</summary>
    private bool _isPending;
    private bool _needsMore = true;
    private bool _isAtEnd;
    private bool _isCompleted;
    private Exception? _error;

    /// <summary>What a read throws: after what came before the connection broke.</summary>
    private Exception? Failure => HasNews ? null : _error;

    /// <summary>Whether there is something that the reader has not examined.</summary>
    private bool HasNews => !_needsMore && _start < _end;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        while (true)
        {
            if (TryTake(out ReadResult result))
                return Failure is null ? new ValueTask<ReadResult>(result) : ValueTask.FromException<ReadResult>(Failure);
            _core.Reset();
            if (cancellationToken.CanBeCanceled)
            {
                _cancellation = cancellationToken;
                _registration = cancellationToken.UnsafeRegister(static input => ((EpollInput)input!).Interrupt(), this);
            }

            if (TryWait())
                return new ValueTask<ReadResult>(this, _core.Version);
            EndCancellation();
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        if (!TryTake(out result))
            return false;
        return Failure is null ? true : throw Failure;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_start == _end)
        {
            _needsMore = true;
            return;
        }

        int to = consumed.GetInteger() & int.MaxValue, seen = examined.GetInteger() & int.MaxValue;
        if (!ReferenceEquals(consumed.GetObject(), _buffer) || to < _start || to > _end || seen < to || seen > _end)
            throw new ArgumentOutOfRangeException(nameof(consumed), "The positions are not of what was read last.");
        _start = to;
        _needsMore = seen == _end;
        if (_start == _end)
            Release();
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCanceled, 1);
        Interrupt();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (!Volatile.Read(ref _isPending))
            Release();
    }

    /// <summary>What waited can go on; called by whoever took it out of waiting.</summary>
    public void Readable()
    {
        do
        {
            if (_cancellation.IsCancellationRequested)
            {
                _isPending = false;
                _core.SetException(new OperationCanceledException(_cancellation));
                return;
            }

            if (!TryTake(out ReadResult result))
                continue;
            _isPending = false;
            if (Failure is null)
                _core.SetResult(result);
            else
                _core.SetException(Failure);
            return;
        }
        while (!TryWait());
    }

    /// <summary>The client has ended its side while nobody reads: unless something is left to be read, the connection is over.</summary>
    public void HungUp()
    {
        if (socket.IsAtEnd())
            connection.Close();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        EndCancellation();
        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryWait()
    {
        Volatile.Write(ref _isPending, true);
        if (!socket.TryWait(Direction.Read))
        {
            _isPending = false;
            return false;
        }

        // Whoever cancels looks for a reader that waits after saying so: one of the two sees the other.
        bool isInterrupted = Volatile.Read(ref _isCanceled) != 0 || _cancellation.IsCancellationRequested;
        if (!isInterrupted || !socket.TryStopWaiting(Direction.Read))
            return true;
        _isPending = false;
        return false;
    }

    /// <summary>Lets a reader that waits look again, on the thread pool: whoever interrupts it may hold locks.</summary>
    private void Interrupt()
    {
        if (socket.TryStopWaiting(Direction.Read))
            ThreadPool.UnsafeQueueUserWorkItem(static input => input.Readable(), this, preferLocal: false);
    }

    private void EndCancellation()
    {
        if (!_cancellation.CanBeCanceled)
            return;
        _registration.Dispose();
        _registration = default;
        _cancellation = default;
    }

    /// <summary>What there is to tell without waiting.</summary>
    private bool TryTake(out ReadResult result)
    {
        bool isCanceled = Volatile.Read(ref _isCanceled) != 0 && Interlocked.Exchange(ref _isCanceled, 0) != 0;
        // Whose last receive filled its room sends much: one piece more costs less than two.
        if (HasNews && socket.HasMore && _end - _start < LargestFirstBuffer && !isCanceled && !_isAtEnd)
            _ = TryReceive();
        if (isCanceled || HasNews || _isAtEnd || (socket.MayRead && TryReceive()))
        {
            bool isCompleted = _isAtEnd && _error is null;
            result = new ReadResult(_start < _end ? new ReadOnlySequence<byte>(_buffer!, _start, _end - _start) : default, isCanceled, isCompleted);
            return true;
        }

        result = default;
        return false;
    }

    private bool TryReceive()
    {
        MakeRoom();
        int room = _buffer!.Length - _end;
        int count = socket.Receive(_buffer.AsSpan(_end));
        if (count > 0)
        {
            _end += count;
            _needsMore = false;
            // Who sends much gets larger pieces.
            _next = count == room ? Math.Min(LargestFirstBuffer, _buffer.Length * 2) : _end <= SmallestBuffer ? SmallestBuffer : _next;
            if (socket.IsHungUp)
                HungUp();
            return true;
        }

        if (count == -Errno.Again)
        {
            if (_start == _end)
                Release();
            return false;
        }

        _isAtEnd = true;
        if (count < 0)
            _error = new ConnectionResetException("The client's connection broke.", Errno.ExceptionOf(count));
        connection.Close();
        return true;
    }

    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(_next);
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < LeastRoom)
        {
            int left = _end - _start;
            byte[] to = left > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(Math.Max(LargestFirstBuffer, _buffer.Length * 2)) : _buffer;
            _buffer.AsSpan(_start, left).CopyTo(to);
            if (!ReferenceEquals(to, _buffer))
                ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = (to, 0, left);
        }
    }

    private void Release()
    {
        _start = _end = 0;
        _needsMore = true;
        if (_buffer is not { } buffer)
            return;
        _buffer = null;
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
