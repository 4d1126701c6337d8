using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace HashBalancer.LoadTests.Faults;

/// <summary>A TCP proxy before one node, at the port that the node registers. It passes bytes on, and breaks what it is told to break.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<FaultConnection, Task> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _drawing = new();
    private readonly Task _accepting;
    private FaultSettings _faults = FaultSettings.None;
    private int _upstream;

    /// <param name="time">The clock of delays.</param>
    /// <param name="seed">Fixes which connections and pieces are lost.</param>
    public FaultProxy(TimeProvider time, int seed)
    {
        _time = time;
        _random = new Random(seed);
        Pace = new Bandwidth(time);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Accept();
    }

    public int Port { get; }

    /// <summary>The node's own port. Connections that come before it is known wait for it.</summary>
    public int Upstream
    {
        get => Volatile.Read(ref _upstream);
        set
        {
            Volatile.Write(ref _upstream, value);
            _known.TrySetResult();
        }
    }

    /// <summary>What is wrong from now on, with open connections too.</summary>
    public FaultSettings Faults
    {
        get => Volatile.Read(ref _faults);
        set => Volatile.Write(ref _faults, value);
    }

    internal Bandwidth Pace { get; }

    internal TimeProvider Time => _time;

    /// <summary>Whether an event of that probability happens now.</summary>
    internal bool Draw(double probability)
    {
        if (probability <= 0)
            return false;
        lock (_drawing)
            return _random.NextDouble() < probability;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _known.TrySetCanceled();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stop.Token);
                if (Draw(Faults.Loss))
                {
                    FaultConnection.Reset(client);
                    continue;
                }

                var connection = new FaultConnection(this, client, _stop.Token);
                _connections[connection] = Serve(connection);
            }
        }
        catch (OperationCanceledException)
        {
            // The way out.
        }
    }

    private async Task Serve(FaultConnection connection)
    {
        // Off the accepting thread, and in the table before it can leave it.
        await Task.Yield();
        try
        {
            await _known.Task;
            await connection.Run(Upstream);
        }
        catch (OperationCanceledException)
        {
            connection.Dispose();
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
