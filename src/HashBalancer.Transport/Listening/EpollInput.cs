using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport;

/// <summary>What a client sends, received when it is asked for. While nothing is at hand no memory is held.</summary>
/// <remarks>For one reader; <see cref="CancelPendingRead"/> may be called by any thread.</remarks>
internal sealed class EpollInput : PipeReader, IEpollOperation<ReadResult>
{
    private const int SmallestBuffer = 4 * 1024, LargestFirstBuffer = 64 * 1024, LeastRoom = 512;

    private readonly EpollSocket _socket;
    private readonly EpollConnection _connection;
    private readonly EpollWait<ReadResult> _wait;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _next = SmallestBuffer;
    private bool _needsMore = true;
    private bool _isAtEnd;
    private bool _isCompleted;
    private Exception? _error;

    public EpollInput(EpollSocket socket, EpollConnection connection)
    {
        _socket = socket;
        _connection = connection;
        _wait = new EpollWait<ReadResult>(socket, Direction.Read, this);
    }

    /// <summary>Whether there is something that the reader has not examined.</summary>
    private bool HasNews => !_needsMore && _start < _end;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        return _wait.Run(cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        ObjectDisposedException.ThrowIf(_isCompleted, this);
        if (!TryEnd(out result, out Exception? failure))
            return false;
        return failure is null ? true : throw failure;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_start == _end)
        {
            _needsMore = true;
            return;
        }

        // As a pipe of .NET: a position of nothing stands for no progress. The server gives it after a body that it found fault with.
        int to = consumed.GetObject() is null ? _start : consumed.GetInteger() & int.MaxValue;
        int seen = examined.GetObject() is null ? to : examined.GetInteger() & int.MaxValue;
        if (!ReferenceEquals(consumed.GetObject() ?? _buffer, _buffer) || to < _start || to > _end || seen < to || seen > _end)
            throw new ArgumentOutOfRangeException(nameof(consumed), "The positions are not of what was read last.");
        _start = to;
        _needsMore = seen == _end;
        if (_start == _end)
            Release();
    }

    public override void CancelPendingRead() => _wait.Cancel();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        if (!_wait.IsPending)
            Release();
    }

    /// <summary>What waited can go on; called by whoever took it out of waiting.</summary>
    public void Readable() => _wait.GoOn();

    /// <summary>The client has ended its side while nobody reads: unless something is left to be read, the connection is over.</summary>
    public void HungUp()
    {
        if (_socket.IsAtEnd())
            _connection.Close();
    }

    /// <summary>What there is to tell without waiting.</summary>
    public bool TryEnd(out ReadResult result, out Exception? failure)
    {
        bool isCanceled = _wait.TakeCancel();
        // Whose last receive filled its room sends much: one piece more costs less than two.
        if (HasNews && _socket.HasMore && _end - _start < LargestFirstBuffer && !isCanceled && !_isAtEnd)
            _ = TryReceive();
        if (isCanceled || HasNews || _isAtEnd || (_socket.MayRead && TryReceive()))
        {
            bool isCompleted = _isAtEnd && _error is null;
            result = new ReadResult(_start < _end ? new ReadOnlySequence<byte>(_buffer!, _start, _end - _start) : default, isCanceled, isCompleted);
            // After what came before the connection broke.
            failure = HasNews ? null : _error;
            return true;
        }

        (result, failure) = (default, null);
        return false;
    }

    private bool TryReceive()
    {
        MakeRoom();
        int room = _buffer!.Length - _end;
        int count = _socket.Receive(_buffer.AsSpan(_end));
        if (count > 0)
        {
            _end += count;
            _needsMore = false;
            // Who sends much gets larger pieces.
            _next = count == room ? Math.Min(LargestFirstBuffer, _buffer.Length * 2) : _end <= SmallestBuffer ? SmallestBuffer : _next;
            if (_socket.IsHungUp)
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
        _connection.Close();
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
