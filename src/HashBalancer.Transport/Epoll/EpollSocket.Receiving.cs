namespace HashBalancer.Transport;

/// <summary>How a socket receives: when it is asked to, or ahead of that, together with the loop's others.</summary>
/// <remarks>
/// The loop receives ahead only for somebody who waits, and takes him out of waiting first: from then on until he goes on, nobody else may receive. He may go
/// on without receiving, and somebody on another thread then ask for what came; both look for it by <see cref="_ahead"/>.
/// </remarks>
internal sealed unsafe partial class EpollSocket
{
    private int _ahead;
    private int _aheadResult;
    private byte* _aheadBytes;

    /// <summary>What was received ahead and nobody has taken yet, from the loop's memory moved to here.</summary>
    private byte[]? _kept;

    /// <summary>Whether its last receive got what the loop's inbox has room for; false for a socket that listens, which never receives.</summary>
    private bool _getsLittle;

    /// <summary>Takes what has come; the count, 0 at the end, or the negated error.</summary>
    public int Receive(Span<byte> to)
    {
        if (Volatile.Read(ref _ahead) != Ahead.None)
            return ReceiveAhead(to);
        if (!TryEnter())
            return -Errno.Canceled;
        // Before the call: an event that comes during it must not be lost.
        Interlocked.CompareExchange(ref _read, Readiness.None, Readiness.Ready);
        int count = Native.Receive(_descriptor, to);
        if (count > 0)
            _getsLittle = count < EpollInbox.Piece;
        if (count == 0)
            count = _failure;
        // A buffer filled to its end may have left something. The end itself is told once, and maybe with what came before it.
        if (count == to.Length || (count >= 0 && _isHungUp))
            Interlocked.CompareExchange(ref _read, Readiness.Ready, Readiness.None);
        Leave();
        return count;
    }

    /// <summary>Whether the peer has ended its side and all that it sent was received.</summary>
    public bool IsAtEnd()
    {
        if (Volatile.Read(ref _ahead) != Ahead.None)
            return false;
        if (!TryEnter())
            return true;
        int result = Native.LookAhead(_descriptor);
        Leave();
        if (result is > 0 or -Errno.Again)
            return false;
        // The system tells an error once.
        _failure = result;
        return true;
    }

    /// <summary>Whether the loop may receive for whoever waits; if so it has hold of the descriptor until <see cref="EndAhead"/>, and has to call
    /// <see cref="TellAhead"/>.</summary>
    public bool TryBeginAhead(uint events)
    {
        // Ends and breaks go the usual way.
        const uint Broken = EpollEvents.HangUp | EpollEvents.Error | EpollEvents.PeerHangUp;
        if (!_getsLittle || (events & (EpollEvents.In | Broken)) != EpollEvents.In || Volatile.Read(ref _read) != Readiness.Waiting || !TryEnter())
            return false;
        if (Interlocked.CompareExchange(ref _read, Readiness.Ready, Readiness.Waiting) == Readiness.Waiting)
            return true;
        Leave();
        return false;
    }

    /// <summary>Notes what the loop has received.</summary>
    /// <param name="bytes">Where; until <see cref="TellAhead"/> has returned.</param>
    /// <param name="result">The count, 0 at the end, or the negated error; or <see cref="CallBatch.NotMade"/>.</param>
    public void EndAhead(byte* bytes, int result)
    {
        if (result != CallBatch.NotMade)
        {
            _aheadBytes = bytes;
            _aheadResult = result;
            Volatile.Write(ref _ahead, Ahead.Received);
        }

        Leave();
    }

    /// <summary>Tells whoever waited, also when the socket was closed meanwhile; called by the loop's thread.</summary>
    /// <param name="events">What the system told; none once the socket is not known any more.</param>
    public void TellAhead(uint events)
    {
        _handler.Readable();
        if (Volatile.Read(ref _ahead) != Ahead.None)
            KeepAhead();
        TellWritable(events);
    }

    private int ReceiveAhead(Span<byte> to)
    {
        if ((Volatile.Read(ref _state) & State.Disposed) != 0)
            return -Errno.Canceled;
        int was = TakeAhead();
        int result = _aheadResult;
        // Of this turn no event comes any more before this returns, so that nothing is lost. On another thread that may be, and one receive may be in vain.
        if (was == Ahead.Received && EpollLoop.Current == _loop)
            Interlocked.CompareExchange(ref _read, Readiness.None, Readiness.Ready);
        bool isLeft = result > to.Length;
        int count = isLeft ? to.Length : result;
        if (result > 0)
        {
            ReadOnlySpan<byte> from = was == Ahead.Received ? new ReadOnlySpan<byte>(_aheadBytes, result) : _kept;
            from[..count].CopyTo(to);
            Keep(from[count..]);
        }
        else if (result == 0)
        {
            count = _failure;
        }

        _getsLittle = result < EpollInbox.Piece;
        Volatile.Write(ref _ahead, isLeft ? Ahead.Kept : Ahead.None);
        if (isLeft || result == EpollInbox.Piece || (count >= 0 && _isHungUp))
            Interlocked.CompareExchange(ref _read, Readiness.Ready, Readiness.None);
        return count;
    }

    /// <summary>The loop's memory is used again in its next turn.</summary>
    private void KeepAhead()
    {
        if (Interlocked.CompareExchange(ref _ahead, Ahead.Taken, Ahead.Received) != Ahead.Received)
        {
            // Another thread has it in hand: it copies some bytes.
            var spin = default(SpinWait);
            while (Volatile.Read(ref _ahead) == Ahead.Taken)
                spin.SpinOnce(sleep1Threshold: -1);
            return;
        }

        if (_aheadResult > 0)
            Keep(new(_aheadBytes, _aheadResult));
        Volatile.Write(ref _ahead, Ahead.Kept);
        Interlocked.CompareExchange(ref _read, Readiness.Ready, Readiness.None);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _kept = bytes.IsEmpty ? null : bytes.ToArray();
        _aheadResult = bytes.Length;
    }

    /// <summary>Takes hold of what came ahead, and tells where it is. Only the loop may have it in hand at the same time, for as long as it copies some bytes.</summary>
    private int TakeAhead()
    {
        var spin = default(SpinWait);
        while (true)
        {
            int seen = Volatile.Read(ref _ahead);
            if (seen != Ahead.Taken && Interlocked.CompareExchange(ref _ahead, Ahead.Taken, seen) == seen)
                return seen;
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static class Ahead
    {
        public const int None = 0, Received = 1, Taken = 2, Kept = 3;
    }
}
