using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>A thread that waits for its sockets to become ready and goes on with whatever waited for them.</summary>
/// <remarks>Edge-triggered: a socket is made known once, for both directions, and taken out by being closed. Thread-safe.</remarks>
internal sealed unsafe class EpollLoop : IDisposable
{
    private const int MostEvents = CallBatch.Most;
    private const uint Wanted = EpollEvents.In | EpollEvents.Out | EpollEvents.PeerHangUp | EpollEvents.EdgeTriggered;

    /// <summary>The token of the descriptor that stops the loop; no socket has it, for their generations begin at 1.</summary>
    private const ulong Stop = 0;

    [ThreadStatic]
    private static EpollLoop? _current;

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly IoWatch _watch;
    private readonly bool _isTogether;
    private readonly int _epoll;
    private readonly int _stop;
    private EpollSocket?[] _sockets = new EpollSocket?[64];
    private uint _generation;
    private int _used;
    private bool _isOver;
    private volatile CallBatch? _calls;

    /// <param name="watch">Told how long each socket keeps the thread.</param>
    /// <param name="number">Its own, for its thread's name.</param>
    /// <param name="isTogether">Whether several sockets' calls are made in one, where the system can.</param>
    public EpollLoop(IoWatch watch, int number, bool isTogether)
    {
        _watch = watch;
        _isTogether = isTogether;
        _epoll = Check(Native.OpenEpoll());
        _stop = Check(Native.OpenEvent());
        Check(Native.Watch(_epoll, _stop, EpollEvents.In, Stop));
        new Thread(Run) { IsBackground = true, Name = $"Sockets {number}" }.Start();
    }

    /// <summary>The loop whose thread this is.</summary>
    public static EpollLoop? Current => _current;

    /// <summary>What its sockets send once it has gone through what is ready; for its own thread.</summary>
    public EpollOutbox Outbox { get; } = new();

    /// <summary>Receives and sends that were made together so far.</summary>
    public long MadeTogether => _calls?.Made ?? 0;

    /// <summary>Sockets known now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _used - _free.Count;
        }
    }

    /// <summary>Makes a socket known. Its events may come before this returns.</summary>
    /// <returns>0, or the negated error.</returns>
    public int Add(EpollSocket socket, int descriptor)
    {
        lock (_lock)
        {
            int slot = _free.TryPop(out int free) ? free : _used++;
            if (slot == _sockets.Length)
            {
                EpollSocket?[] larger = new EpollSocket?[slot * 2];
                _sockets.CopyTo(larger, 0);
                Volatile.Write(ref _sockets, larger);
            }

            if (++_generation == 0)
                _generation = 1;
            socket.Token = ((ulong)_generation << 32) | (uint)slot;
            Volatile.Write(ref _sockets[slot], socket);
            // Under the lock, as the end is: the number of a closed epoll instance may be another descriptor's by now.
            int result = _isOver ? -Errno.Canceled : Native.Watch(_epoll, descriptor, Wanted, socket.Token);
            if (result < 0)
                Forget_NeedsLock(socket);
            return result;
        }
    }

    /// <summary>Takes a socket out whose descriptor is about to be closed.</summary>
    public void Forget(EpollSocket socket)
    {
        lock (_lock)
            Forget_NeedsLock(socket);
    }

    /// <summary>Takes a socket out whose descriptor stays open.</summary>
    public void Remove(EpollSocket socket, int descriptor)
    {
        lock (_lock)
        {
            if (!_isOver)
                _ = Native.Unwatch(_epoll, descriptor);
            Forget_NeedsLock(socket);
        }
    }

    /// <summary>Ends the thread once it has finished what it is at. Sockets that are left hear of nothing any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isOver)
                Native.Raise(_stop);
        }
    }

    private void Forget_NeedsLock(EpollSocket socket)
    {
        int slot = (int)(uint)socket.Token;
        _sockets[slot] = null;
        _free.Push(slot);
    }

    private static int Check(int result) => result >= 0 ? result : throw Errno.ExceptionOf(result);

    private void Run()
    {
        _current = this;
        byte* events = (byte*)NativeMemory.Alloc((nuint)(MostEvents * EpollEvents.Size));
        // Here, for it belongs to the thread that opens it.
        using CallBatch? calls = _isTogether ? CallBatch.TryOpen() : null;
        using EpollInbox? inbox = calls is null ? null : new EpollInbox(calls);
        Outbox.Calls = _calls = calls;
        bool isStopped = false;
        while (!isStopped)
        {
            int count = Native.Wait(_epoll, events, MostEvents);
            if (count == -Errno.Interrupted)
                continue;
            Check(count);
            isStopped = GoThrough(events, count, count >= CallBatch.Least ? inbox : null);
        }

        NativeMemory.Free(events);
        lock (_lock)
        {
            _isOver = true;
            Native.Close(_epoll);
            Native.Close(_stop);
        }
    }

    /// <returns>Whether the loop is to stop.</returns>
    private bool GoThrough(byte* events, int count, EpollInbox? inbox)
    {
        bool isStopped = false;
        long begun = _watch.Begin();
        if (inbox is not null)
            ReceiveAhead(events, count, inbox);
        for (int i = 0; i < count; i++)
        {
            (uint what, ulong token) = EpollEvents.Read(events + (i * EpollEvents.Size));
            if (token == Stop)
            {
                isStopped = true;
                continue;
            }

            EpollSocket? socket = Find(token);
            if (inbox?.Take(i) is { } ahead)
                ahead.TellAhead(socket is null ? 0 : what);
            else if (socket is not null)
                socket.Tell(what);
            else
                continue;
            // No answer waits for more than some tens of other requests.
            if (Outbox.IsFull)
                Outbox.Send();
            begun = _watch.End(begun);
        }

        // Whoever waited for room goes on in here.
        Outbox.Send();
        _watch.End(begun);
        return isStopped;
    }

    private void ReceiveAhead(byte* events, int count, EpollInbox inbox)
    {
        for (int i = 0; i < count; i++)
        {
            (uint what, ulong token) = EpollEvents.Read(events + (i * EpollEvents.Size));
            if (token != Stop && Find(token) is { } socket)
                inbox.Offer(i, socket, what);
        }

        inbox.Receive();
    }

    /// <summary>The socket of an event. One closed by an event before in the same turn is not there any more, or has another token.</summary>
    private EpollSocket? Find(ulong token)
    {
        EpollSocket? socket = Volatile.Read(ref Volatile.Read(ref _sockets)[(int)(uint)token]);
        return socket?.Token == token ? socket : null;
    }
}
