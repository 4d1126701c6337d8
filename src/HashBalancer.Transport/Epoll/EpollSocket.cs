using System.Net;

namespace HashBalancer.Transport;

/// <summary>A socket that a loop watches: for each direction whether it may be ready, and who waits for it.</summary>
/// <remarks>
/// Each direction is used by one thread at a time; the loop, <see cref="TryStopWaiting"/> and <see cref="Dispose"/> may come from any other. Whoever
/// takes a direction out of <see cref="Readiness.Waiting"/> goes on with what waited, and nobody else does.
/// </remarks>
internal sealed partial class EpollSocket
{
    private readonly IEpollHandler _handler;
    private readonly EpollLoop _loop;
    private readonly int _descriptor;
    private readonly Action? _release;
    private int _read;
    private int _write;
    private int _membership;

    /// <summary>The owner, each system call under way, and what is unsent: the descriptor's number may be given to another socket as soon as it is closed.</summary>
    private int _users = 1;
    private volatile bool _isHungUp;

    /// <summary>The negated error that a look ahead found; the end of the stream is told as it, then.</summary>
    private volatile int _failure;

    /// <param name="descriptor">An open socket that never blocks; closed with this one.</param>
    /// <param name="handler">Told when what waited can go on.</param>
    /// <param name="loop">Watches the socket from <see cref="Register"/> on.</param>
    /// <param name="release">Called in place of closing the descriptor, once nothing uses it any more.</param>
    public EpollSocket(int descriptor, IEpollHandler handler, EpollLoop loop, Action? release = null)
    {
        _descriptor = descriptor;
        _handler = handler;
        _loop = loop;
        _release = release;
    }

    /// <summary>What its events carry; set and read by the loop.</summary>
    public ulong Token { get; set; }

    /// <summary>Whether the peer has ended its side, or the connection broke.</summary>
    public bool IsHungUp => _isHungUp;

    /// <summary>What the loop's calls of the system are made with, while somebody has hold of it.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Whether a receive is likely to find something.</summary>
    public bool HasMore => Volatile.Read(ref _read) == Readiness.Ready;

    /// <summary>Whether a receive may find something.</summary>
    public bool MayRead => Volatile.Read(ref _read) != Readiness.None;

    /// <summary>Begins to watch, unless the socket was disposed of.</summary>
    /// <returns>0, or the negated error.</returns>
    public int Register()
    {
        if (!TryEnter())
            return -Errno.Canceled;
        int result = _loop.Add(this, _descriptor);
        if (result == 0 && Interlocked.CompareExchange(ref _membership, Membership.Watched, Membership.None) != Membership.None)
        {
            // Disposed of meanwhile by somebody who found nothing to take out.
            TakeOut();
            result = -Errno.Canceled;
        }

        Leave();
        return result;
    }

    /// <summary>Takes a connection from a socket that listens; its descriptor or the negated error.</summary>
    public int Accept(Span<byte> address, out int length)
    {
        length = 0;
        if (!TryEnter())
            return -Errno.Canceled;
        Interlocked.CompareExchange(ref _read, Readiness.None, Readiness.Ready);
        int result = Native.Accept(_descriptor, address, out length);
        // One at a time: there may be more.
        if (result >= 0)
            Interlocked.CompareExchange(ref _read, Readiness.Ready, Readiness.None);
        Leave();
        return result;
    }

    /// <summary>Begins a connect: 0, or the negated error.</summary>
    public int Connect(SocketAddress to)
    {
        if (!TryEnter())
            return -Errno.Canceled;
        int result = Native.Connect(_descriptor, to);
        Leave();
        return result;
    }

    /// <summary>How a connect ended: 0, or the negated error.</summary>
    public int ConnectResult()
    {
        if (!TryEnter())
            return -Errno.Canceled;
        int result = Native.ErrorOf(_descriptor);
        Leave();
        return result;
    }

    /// <summary>Makes <see cref="Dispose"/> break the connection off.</summary>
    public void ResetOnClose()
    {
        if (!TryEnter())
            return;
        _isReset = true;
        Native.ResetOnClose(_descriptor);
        Leave();
    }

    /// <summary>Waits for the next event of a direction; false when there was one already, or the socket is closed: try again.</summary>
    public bool TryWait(Direction direction)
    {
        ref int state = ref StateOf(direction);
        return Interlocked.CompareExchange(ref state, Readiness.Waiting, Readiness.None) == Readiness.None;
    }

    /// <summary>Takes over from the loop what waited for a direction; false when nothing waits.</summary>
    public bool TryStopWaiting(Direction direction) =>
        Interlocked.CompareExchange(ref StateOf(direction), Readiness.None, Readiness.Waiting) == Readiness.Waiting;

    /// <summary>Passes the system's events on; called by the loop's thread.</summary>
    public void Tell(uint events)
    {
        const uint Broken = EpollEvents.HangUp | EpollEvents.Error;
        bool isNew = false;
        if ((events & (Broken | EpollEvents.PeerHangUp)) != 0)
        {
            isNew = !_isHungUp;
            _isHungUp = true;
        }

        if ((events & (EpollEvents.In | EpollEvents.PeerHangUp | Broken)) != 0 && Signal(ref _read))
            _handler.Readable();
        else if (isNew)
            _handler.HungUp();
        TellWritable(events);
    }

    private void TellWritable(uint events)
    {
        bool mayWrite = (events & (EpollEvents.Out | EpollEvents.HangUp | EpollEvents.Error)) != 0;
        if (_backlog is not null && (mayWrite || IsBrokenOff))
            SendBacklog();
        if (mayWrite && Volatile.Read(ref _write) != Readiness.Ready && Signal(ref _write))
            _handler.Writable();
    }

    /// <summary>Closes, once what was taken to be sent is; what waits goes on with an error, on the thread pool. More than one call does no more.</summary>
    public void Dispose()
    {
        bool isOpen = TryEnter();
        int before = Interlocked.Or(ref _state, State.Disposed);
        if ((before & State.Disposed) != 0)
        {
            if (isOpen)
                Leave();
            return;
        }

        bool isRead = Interlocked.Exchange(ref _read, Readiness.Closed) == Readiness.Waiting;
        bool isWrite = Interlocked.Exchange(ref _write, Readiness.Closed) == Readiness.Waiting;
        if ((before & State.Unsent) == 0)
            End();
        else
            HurryUnsent();
        Leave();
        // Whoever closes may hold locks or be in the middle of something.
        if (isRead)
            ThreadPool.UnsafeQueueUserWorkItem(static handler => handler.Readable(), _handler, preferLocal: false);
        if (isWrite)
            ThreadPool.UnsafeQueueUserWorkItem(static handler => handler.Writable(), _handler, preferLocal: false);
    }

    /// <summary>Gives up the owner's hold. Called once, by whoever finds the socket disposed of and nothing left to be sent.</summary>
    private void End()
    {
        if (Interlocked.Exchange(ref _membership, Membership.Over) == Membership.Watched)
            TakeOut();
        Leave();
    }

    private void TakeOut()
    {
        if (_release is null)
            _loop.Forget(this);
        else
            _loop.Remove(this, _descriptor);
    }

    private static bool Signal(ref int state)
    {
        int was = Volatile.Read(ref state);
        while (was is Readiness.None or Readiness.Waiting)
        {
            int seen = Interlocked.CompareExchange(ref state, Readiness.Ready, was);
            if (seen == was)
                return was == Readiness.Waiting;
            was = seen;
        }

        return false;
    }

    private ref int StateOf(Direction direction) => ref direction == Direction.Read ? ref _read : ref _write;

    /// <summary>Takes hold of the descriptor, which stays open until <see cref="Leave"/>; false once the socket is disposed of.</summary>
    private bool TryEnter()
    {
        if ((Volatile.Read(ref _state) & State.Disposed) != 0)
            return false;
        int users = Volatile.Read(ref _users);
        while (users != 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }

        return false;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        if (_release is null)
            Native.Close(_descriptor);
        else
            _release();
    }

    private static class Membership
    {
        public const int None = 0, Watched = 1, Over = 2;
    }

    private static class Readiness
    {
        public const int None = 0, Ready = 1, Waiting = 2, Closed = 3;
    }
}

/// <summary>Which way bytes go.</summary>
internal enum Direction
{
    Read,
    Write,
}

/// <summary>What a loop tells a socket's user, on the loop's thread; after the socket's end, on another.</summary>
internal interface IEpollHandler
{
    /// <summary>What waited to read can go on.</summary>
    void Readable();

    /// <summary>What waited to write can go on.</summary>
    void Writable();

    /// <summary>The peer has ended its side or broke the connection, and nobody waited to read. Told once.</summary>
    void HungUp();
}
