using System.Collections.Concurrent;
using System.Net;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Http;

/// <summary>
/// A fixed number of connections to one address, taken in turn so that all of them stay in use. A request that finds none free
/// waits; its latency counts on. A closed connection is replaced by the next request that needs one. Thread-safe.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    // A connection that just answered is not stale; the check costs a system call.
    private const long TrustedIdle = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    private readonly EndPoint _endpoint;
    private readonly bool _secure;
    private readonly RunClock _clock;
    private readonly Permits _free;
    private readonly ConcurrentQueue<HttpConnection> _idle = new();
    private readonly ConcurrentDictionary<HttpConnection, byte> _open = new();
    private readonly ITimer _sweep;
    private long _opened;

    public ConnectionPool(EndPoint endpoint, int size, RunClock clock, bool secure = false)
    {
        _secure = secure;
        _endpoint = endpoint;
        _clock = clock;
        Size = size;
        _free = new Permits(size);
        _sweep = clock.Time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    public int Size { get; }

    /// <summary>Connections opened so far.</summary>
    public long Opened => Volatile.Read(ref _opened);

    /// <summary>Opens every connection, so that no measured request pays for one.</summary>
    public async Task OpenAll(TimeSpan timeout, CancellationToken cancellation)
    {
        var rented = new List<HttpConnection>(Size);
        try
        {
            long deadline = _clock.Now + (long)timeout.TotalNanoseconds;
            while (rented.Count < Size)
            {
                cancellation.ThrowIfCancellationRequested();
                rented.Add(await Rent(deadline));
            }
        }
        finally
        {
            rented.ForEach(Return);
        }
    }

    /// <summary>An open connection for one exchange; give it back with <see cref="Return"/> or <see cref="Discard"/>.</summary>
    /// <param name="deadline">Nanoseconds of the clock.</param>
    /// <exception cref="TimeoutException">None was free, or no connection came about, before the deadline.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address refused.</exception>
    public async ValueTask<HttpConnection> Rent(long deadline)
    {
        if (!await _free.Take(deadline))
            throw new TimeoutException("no connection was free in time");
        try
        {
            while (_idle.TryDequeue(out HttpConnection? idle))
            {
                if (!idle.TimedOut && (_clock.Now - idle.IdleSince < TrustedIdle || !idle.IsStale()))
                    return idle;
                Close(idle);
            }

            return await Open(deadline);
        }
        catch
        {
            _free.Give();
            throw;
        }
    }

    public void Return(HttpConnection connection)
    {
        connection.IdleSince = _clock.Now;
        _idle.Enqueue(connection);
        _free.Give();
    }

    public void Discard(HttpConnection connection)
    {
        Close(connection);
        _free.Give();
    }

    public void Dispose()
    {
        _sweep.Dispose();
        foreach (HttpConnection connection in _open.Keys)
            Close(connection);
    }

    private async Task<HttpConnection> Open(long deadline)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(MillisecondsUntil(deadline)), _clock.Time);
        try
        {
            HttpConnection connection = await HttpConnection.Connect(_endpoint, _secure, timeout.Token);
            _open.TryAdd(connection, 0);
            Interlocked.Increment(ref _opened);
            return connection;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"no connection to {_endpoint} in time", e);
        }
    }

    private void Close(HttpConnection connection)
    {
        _open.TryRemove(connection, out _);
        connection.Dispose();
    }

    private void Sweep()
    {
        long now = _clock.Now;
        _free.EndOverdue(now);
        foreach ((HttpConnection connection, _) in _open)
            connection.EndIfOverdue(now);
    }

    private int MillisecondsUntil(long deadline) =>
        (int)Math.Clamp((deadline - _clock.Now) / NanosecondsPerMillisecond, 0, int.MaxValue);
}
