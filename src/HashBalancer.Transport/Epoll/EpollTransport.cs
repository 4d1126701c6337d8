using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace HashBalancer.Transport;

/// <summary>Event loops, one for each core, that serve sockets: both those that clients connect to and those to nodes.</summary>
/// <remarks>Thread-safe. The threads are background threads; they end with <see cref="Dispose"/>.</remarks>
public sealed class EpollTransport : IDisposable
{
    private readonly EpollLoop[] _loops;
    private readonly ConcurrentBag<EpollListener> _listeners = [];
    private uint _next;

    /// <summary>Starts the threads.</summary>
    /// <param name="watch">Told how long each readiness keeps its thread.</param>
    /// <param name="loops">How many threads, 1 to 1024; by default the cores that the process may use.</param>
    /// <param name="isTogether">Whether each loop hands receives and sends of several sockets to the system in one call, by io_uring, where
    /// <see cref="IsTogetherSupported"/>; elsewhere one by one.</param>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsSupported"/>.</exception>
    public EpollTransport(IoWatch watch, int? loops = null, bool isTogether = true)
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("Event loops need Linux on x64 or arm64.");
        int count = loops ?? Math.Clamp(Environment.ProcessorCount, 1, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(loops));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1024, nameof(loops));
        _loops = [.. Enumerable.Range(0, count).Select(number => new EpollLoop(watch, number, isTogether))];
        Connector = new EpollConnector(this);
    }

    /// <summary>Whether this system has what the loops need: Linux on x64 or arm64.</summary>
    public static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Whether this system lets programs hand over several calls in one: Linux 6.1 or later, with io_uring neither disabled nor forbidden, as most
    /// container runtimes' profiles do.</summary>
    public static bool IsTogetherSupported => CallBatch.IsSupported;

    /// <summary>Whether the current thread is a loop's: what has come for it stays with the system until it asks.</summary>
    public static bool IsLoop => EpollLoop.Current is not null;

    /// <summary>Opens connections that the loops serve; from a loop's thread, that loop.</summary>
    public IConnector Connector { get; }

    /// <summary>Sockets that the loops serve now, those that listen included.</summary>
    public int Count => _loops.Sum(loop => loop.Count);

    /// <summary>Receives and sends that were handed to the system together so far.</summary>
    public long MadeTogether => _loops.Sum(loop => loop.MadeTogether);

    /// <summary>Makes the sockets that listen accept nothing more. Connections that come wait, for another process that has the same sockets; those that stand
    /// are served on.</summary>
    public void StopAccepting()
    {
        foreach (EpollListener listener in _listeners)
            listener.Rest();
    }

    /// <summary>Ends the threads. Sockets that are left hear of nothing any more: close them before.</summary>
    public void Dispose()
    {
        foreach (EpollLoop loop in _loops)
            loop.Dispose();
    }

    internal void Add(EpollListener listener) => _listeners.Add(listener);

    /// <summary>The loop of the current thread if it is one of these, so that a connection to a node stays with the request that opened it; else the next.
    /// A loop of another transport may end before the socket does, and nobody would hear of it any more.</summary>
    internal EpollLoop LoopForConnect() => EpollLoop.Current is { } current && Array.IndexOf(_loops, current) >= 0 ? current : NextLoop();

    internal EpollLoop NextLoop() => _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length];
}
