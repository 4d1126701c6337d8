using System.Buffers;

namespace HashBalancer.Transport;

/// <summary>How a socket sends: small pieces on its loop's thread with the loop's others, everything else at once.</summary>
/// <remarks>
/// What was taken to be sent later counts as sent for whoever sends. What the system does not take in the end goes as soon as it does, before anything else
/// and also if the socket is disposed of meanwhile. If the connection breaks, reading ends as it does then.
/// </remarks>
internal sealed partial class EpollSocket
{
    /// <summary>For how long a peer that no longer reads keeps a closed socket open.</summary>
    private const int LongestLinger = 10_000;

    /// <summary>Whether it is disposed of, and where bytes lie that were taken and are not sent; those are changed by the loop's thread alone.</summary>
    private int _state;

    /// <summary>Where the outbox has them.</summary>
    private int _entry;

    /// <summary>What the system did not take.</summary>
    private byte[]? _backlog;
    private int _backlogStart;
    private int _backlogEnd;

    /// <summary>Whether somebody was refused because of them, and may wait for their end.</summary>
    private volatile bool _isRefused;
    private volatile bool _isReset;

    /// <summary>Takes as much as it can, for the system or the loop's outbox; the count or the negated error.</summary>
    public int Send(ReadOnlySpan<byte> from, bool isMore = false)
    {
        if (!TryEnter())
            return -Errno.Canceled;
        // Only whoever was refused waits; until then the state is of no interest.
        if (Volatile.Read(ref _write) == Readiness.Ready)
            Interlocked.CompareExchange(ref _write, Readiness.None, Readiness.Ready);
        bool isOnLoop = EpollLoop.Current == _loop;
        if (isOnLoop && !isMore && from.Length <= EpollOutbox.LargestPiece && TryGather(from))
            return from.Length;
        // What is larger must not overtake what was gathered.
        if (isOnLoop && (_state & State.Gathered) != 0)
            SendGathered();
        int count = (Volatile.Read(ref _state) & State.Unsent) != 0 && IsRefused() ? -Errno.Again : Native.Send(_descriptor, from, isMore);
        Leave();
        return count;
    }

    /// <summary>Sends what the outbox has of this socket; called on the loop's thread.</summary>
    public void SendGathered()
    {
        ReadOnlySpan<byte> left = _loop.Outbox.Take(_entry, out int failure);
        int count = failure < 0 ? failure : SendAll(ref left);
        if (count == -Errno.Again && !IsBrokenOff)
        {
            _backlog = ArrayPool<byte>.Shared.Rent(left.Length);
            left.CopyTo(_backlog);
            (_backlogStart, _backlogEnd) = (0, left.Length);
            Interlocked.Or(ref _state, State.Backlog);
            Interlocked.And(ref _state, ~State.Gathered);
            return;
        }

        EndUnsent(count == -Errno.Again ? 0 : count);
    }

    /// <summary>Leaves a piece to the loop; the hold on the descriptor goes over to what is unsent. False, and it stays the caller's, when that cannot be.</summary>
    private bool TryGather(ReadOnlySpan<byte> piece)
    {
        int state = Volatile.Read(ref _state);
        if ((state & State.Gathered) != 0)
        {
            if (!_loop.Outbox.TryExtend(_entry, piece))
                return false;
            Leave();
            return true;
        }

        if (state != 0 || _loop.Outbox.IsFull)
            return false;
        // Disposed of this very moment: it is none of the loop's any more.
        if (Interlocked.CompareExchange(ref _state, State.Gathered, 0) != 0)
            return false;
        _entry = _loop.Outbox.Add(this, piece);
        return true;
    }

    /// <summary>Whether what is unsent still is, once it is known that somebody waits for its end: either the loop sees that, or this its end.</summary>
    private bool IsRefused()
    {
        _isRefused = true;
        Interlocked.MemoryBarrier();
        return (Volatile.Read(ref _state) & State.Unsent) != 0;
    }

    private void SendBacklog()
    {
        ReadOnlySpan<byte> left = _backlog.AsSpan(_backlogStart.._backlogEnd);
        int count = IsBrokenOff ? 0 : SendAll(ref left);
        _backlogStart = _backlogEnd - left.Length;
        if (count == -Errno.Again)
            return;
        ArrayPool<byte>.Shared.Return(_backlog!);
        _backlog = null;
        EndUnsent(count);
    }

    /// <summary>Sends until the system takes no more, so that it tells when it does again; 0, or the negated error.</summary>
    private int SendAll(ref ReadOnlySpan<byte> left)
    {
        while (!left.IsEmpty)
        {
            int count = Native.Send(_descriptor, left, isMore: false);
            if (count < 0)
                return count;
            left = left[count..];
        }

        return 0;
    }

    /// <summary>Nothing is unsent any more: it went, or never will.</summary>
    /// <param name="failure">The negated error, or 0.</param>
    private void EndUnsent(int failure)
    {
        if (failure < 0)
        {
            // Whoever reads learns of it, also where the system has told its error by this.
            _failure = failure;
            Native.Shutdown(_descriptor);
        }

        int before = Interlocked.And(ref _state, ~State.Unsent);
        if ((before & State.Disposed) != 0)
            End();
        Leave();
        if (!_isRefused)
            return;
        _isRefused = false;
        if (Signal(ref _write))
            _handler.Writable();
    }

    /// <summary>Bounds how long a socket that was disposed of waits for its peer.</summary>
    private void HurryUnsent()
    {
        // A connection that is broken off waits for nothing: the loop is told, and drops the backlog. What was gathered still goes before the reset.
        if (_isReset)
            Native.EndReading(_descriptor);
        else
            Native.LimitUnacknowledged(_descriptor, LongestLinger);
    }

    /// <summary>Whether it was disposed of by a reset.</summary>
    private bool IsBrokenOff => _isReset && (Volatile.Read(ref _state) & State.Disposed) != 0;

    private static class State
    {
        public const int Disposed = 1, Gathered = 2, Backlog = 4, Unsent = Gathered | Backlog;
    }
}
