using System.Net;
using System.Threading.Tasks.Sources;

namespace HashBalancer.Transport;

/// <summary>A channel over a socket that a loop watches.</summary>
internal sealed class EpollChannel : ByteChannel, IEpollHandler, IValueTaskSource<int>
{
    private readonly IChannelObserver _observer;
    private readonly EpollSocket _socket;
    private readonly Sending _sending;

    // Continuations run on the loop: whoever waited goes on where its socket became ready.
    private ManualResetValueTaskSourceCore<int> _received;
    private Memory<byte> _buffer;

    public EpollChannel(int descriptor, EpollLoop loop, IChannelObserver observer)
    {
        _observer = observer;
        _socket = new EpollSocket(descriptor, this, loop);
        _sending = new Sending(_socket, observer);
    }

    public override bool IsReceiveOver => _received.GetStatus(_received.Version) != ValueTaskSourceStatus.Pending;

    /// <summary>Connects. The channel is disposed of by the caller when that fails.</summary>
    public async ValueTask Connect(SocketAddress to)
    {
        int result = _socket.Connect(to);
        if (result is not (0 or -Errno.InProgress))
            throw Errno.ExceptionOf(result);
        // Not before: a socket that is neither connected nor connecting counts as hung up.
        int registered = _socket.Register();
        if (registered < 0)
            throw Errno.ExceptionOf(registered);
        if (result != 0)
            await _sending.WhenWritable();
        result = _socket.ConnectResult();
        if (result < 0)
            throw Errno.ExceptionOf(result);
    }

    public override void StartReceive(Memory<byte> buffer)
    {
        _buffer = buffer;
        _received.Reset();
        Receive();
    }

    public override ValueTask<int> WhenReceived() => new(this, _received.Version);

    public override ValueTask Send(ReadOnlyMemory<byte> memory) => _sending.Send(memory);

    public override void Dispose() => _socket.Dispose();

    void IEpollHandler.Readable() => Receive();

    void IEpollHandler.Writable() => _sending.Writable();

    void IEpollHandler.HungUp()
    {
        // Whoever receives next learns of it.
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        int count = _received.GetResult(token);
        if (count < 0)
            throw Errno.ExceptionOf(count);
        _observer.Received(count);
        return count;
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _received.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _received.OnCompleted(continuation, state, token, flags);

    private void Receive()
    {
        // Without a sign that something came, a receive would find nothing.
        while (_socket.MayRead || !_socket.TryWait(Direction.Read))
        {
            int count = _socket.Receive(_buffer.Span);
            if (count == -Errno.Again)
                continue;
            _buffer = default;
            _received.SetResult(count);
            return;
        }
    }

    /// <summary>The way out, an awaitable of its own.</summary>
    private sealed class Sending(EpollSocket socket, IChannelObserver observer) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<int> _core;
        private ReadOnlyMemory<byte> _left;

        public ValueTask Send(ReadOnlyMemory<byte> memory)
        {
            // Nearly always the system takes all of it at once.
            int count = socket.Send(memory.Span);
            if (count == memory.Length)
            {
                observer.Sent();
                return default;
            }

            if (count < 0 && count != -Errno.Again)
                return ValueTask.FromException(Errno.ExceptionOf(count));
            _left = memory[Math.Max(0, count)..];
            _core.Reset();
            Writable();
            return new ValueTask(this, _core.Version);
        }

        /// <summary>Waits until the socket takes something, or is broken.</summary>
        public ValueTask WhenWritable()
        {
            _left = default;
            _core.Reset();
            if (!socket.TryWait(Direction.Write))
                _core.SetResult(0);
            return new ValueTask(this, _core.Version);
        }

        public void Writable()
        {
            while (!_left.IsEmpty)
            {
                int count = socket.Send(_left.Span);
                if (count >= 0)
                {
                    _left = _left[count..];
                    observer.Sent();
                }
                else if (count != -Errno.Again)
                {
                    _left = default;
                    _core.SetResult(count);
                    return;
                }
                else if (socket.TryWait(Direction.Write))
                {
                    return;
                }
            }

            _core.SetResult(0);
        }

        void IValueTaskSource.GetResult(short token)
        {
            int result = _core.GetResult(token);
            if (result < 0)
                throw Errno.ExceptionOf(result);
        }

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
