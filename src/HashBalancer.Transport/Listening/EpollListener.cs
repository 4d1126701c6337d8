using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Transport;

/// <summary>Accepts connections and gives each to one of the loops, in turn.</summary>
/// <remarks>For one acceptor at a time; unbinding may come from any thread.</remarks>
internal sealed partial class EpollListener : IConnectionListener, IEpollHandler, IValueTaskSource
{
    /// <summary>Long enough for others to close something, short enough for those who wait.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromMilliseconds(100);

    private readonly EpollTransport _transport;
    private readonly MemoryPool<byte> _pool;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EpollSocket _socket;
    private readonly byte[] _address = new byte[SocketNames.MaximumLength];
    private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isResting;

    // Accepting goes on at the thread pool: setting a connection up would hold up those that are open.
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };

    public EpollListener(Socket socket, EpollTransport transport, MemoryPool<byte> pool, TimeProvider time, ILogger logger)
    {
        _transport = transport;
        _pool = pool;
        _time = time;
        _logger = logger;
        EndPoint = socket.LocalEndPoint!;
        _socket = new EpollSocket((int)socket.SafeHandle.DangerousGetHandle(), this, transport.NextLoop(), release: socket.Dispose);
        int result = _socket.Register();
        if (result < 0)
            throw Errno.ExceptionOf(result);
        transport.Add(this);
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_isResting)
            {
                await _unbound.Task.WaitAsync(cancellationToken);
                return null;
            }

            int accepted = _socket.Accept(_address, out int length);
            if (accepted >= 0)
            {
                if (Open(accepted, length) is { } connection)
                    return connection;
            }
            else if (accepted == -Errno.Canceled)
            {
                // No longer bound: there is nothing more to come.
                return null;
            }
            else if (accepted == -Errno.Again)
            {
                await Arrival();
            }
            else if (Errno.IsShortage(-accepted))
            {
                LogShortage(Errno.ExceptionOf(accepted).Message);
                await Task.Delay(ShortagePause, _time, cancellationToken);
            }

            // Anything else is the fault of the connection that was to be accepted, and it is gone.
        }
    }

    /// <summary>Accepts no more until it is unbound, but for one connection that it may be about to take: those that wait are for another process.</summary>
    public void Rest() => _isResting = true;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.TrySetResult();
        _socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    void IEpollHandler.Readable() => _core.SetResult(0);

    void IEpollHandler.Writable()
    {
    }

    void IEpollHandler.HungUp()
    {
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ValueTask Arrival()
    {
        _core.Reset();
        return _socket.TryWait(Direction.Read) ? new ValueTask(this, _core.Version) : default;
    }

    private EpollConnection? Open(int descriptor, int addressLength)
    {
        IPEndPoint? remote = SocketNames.Read(_address.AsSpan(0, addressLength));
        IPEndPoint? local = (IPEndPoint)EndPoint;
        if (local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any))
            local = SocketNames.LocalOf(descriptor);
        var connection = new EpollConnection(descriptor, _transport.NextLoop(), _pool, local, remote);
        if (connection.TryStart())
            return connection;
        LogShortage("The loop takes no further socket.");
        return null;
    }

    [LoggerMessage(1, LogLevel.Warning, "No new connection can be accepted for now: {Reason}")]
    private partial void LogShortage(string reason);
}
