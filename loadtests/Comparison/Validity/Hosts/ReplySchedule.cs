using System.Net.Sockets;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.Comparison.Validity.Hosts;

/// <summary>Sends answers at given instants, from a thread of its own that wakes up precisely; a pause holds all of them back.</summary>
internal sealed class ReplySchedule(RunClock clock, byte[] answer)
{
    // An answer that becomes due sooner than the one waited for is this late at most.
    private const long Step = 100_000;

    private readonly PriorityQueue<Socket, long> _due = new();
    private readonly Lock _lock = new();
    private long _pausedUntil;

    public void Add(Socket socket, long due)
    {
        lock (_lock)
            _due.Enqueue(socket, due);
    }

    /// <summary>Sends nothing for so long from now on; what is due meanwhile goes out at its end.</summary>
    public void Pause(long nanoseconds)
    {
        lock (_lock)
            _pausedUntil = clock.Now + nanoseconds;
    }

    /// <summary>Serves until the process ends.</summary>
    public async Task Run()
    {
        IPacer pacer = OperatingSystem.IsLinux() ? new NanosleepPacer(clock) : new TimerPacer(clock);
        while (true)
        {
            while (TryTake(out Socket? socket))
                Send(socket);
            await pacer.WaitUntil(clock.Now + Step, CancellationToken.None);
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Socket? socket)
    {
        lock (_lock)
        {
            long now = clock.Now;
            socket = null;
            return now >= _pausedUntil && _due.TryPeek(out _, out long due) && due <= now && _due.TryDequeue(out socket, out _);
        }
    }

    private void Send(Socket socket)
    {
        try
        {
            socket.Send(answer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client is gone: nobody waits for the answer.
        }
    }
}
