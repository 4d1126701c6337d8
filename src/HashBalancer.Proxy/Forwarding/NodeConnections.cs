using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy;

/// <summary>The connections to one address. Thread-safe; takes no lock.</summary>
internal sealed class NodeConnections
{
    /// <summary>Milliseconds that nobody asks before an address is forgotten; longer where a connection may take longer to open.</summary>
    private const long Memory = 60_000;

    private readonly ConcurrentStack<NodeConnection> _idle = new();
    private readonly ConcurrentDictionary<NodeConnection, bool> _all = new();
    private readonly EndPoint _endPoint;
    private readonly ConnectionTable _table;
    private readonly ConnectionPolicy _policy;
    private long _lastAsked;

    private NodeConnections(EndPoint endPoint, string url, byte[] host, string pathPrefix, ConnectionPolicy policy, ConnectionTable table)
    {
        _endPoint = endPoint;
        _policy = policy;
        Turns = policy.Limit > 0 ? new SemaphoreSlim(policy.Limit) : null;
        _table = table;
        Url = url;
        Host = host;
        PathPrefix = pathPrefix;
    }

    /// <summary>The address as one of HTTP, whatever the socket.</summary>
    public string Url { get; }

    /// <summary>The value of the field Host.</summary>
    public byte[] Host { get; }

    /// <summary>What precedes a request's path; empty or begins with a slash, and never ends with one.</summary>
    public string PathPrefix { get; }

    /// <summary>A turn for each request that may use a connection at once; null: there is no limit.</summary>
    public SemaphoreSlim? Turns { get; }

    public long Now => _table.Now;

    public TimeProvider Time => _table.Time;

    /// <summary>Whether nobody asked for a connection for a while and none is left.</summary>
    public bool IsForgotten => _all.IsEmpty && Now - Volatile.Read(ref _lastAsked) > Math.Max(Memory, 2 * _policy.ConnectTimeout.TotalMilliseconds);

    /// <summary>Connections open now, in use or not.</summary>
    public int Count => _all.Count;

    /// <summary>Connections open that no request uses.</summary>
    public int IdleCount => _idle.IsEmpty ? 0 : _idle.Count;

    /// <summary>The connections to a destination, or null when it is none that this path serves.</summary>
    public static NodeConnections? To(string prefix, ConnectionPolicy policy, ConnectionTable table)
    {
        EndPoint? socket = null;
        if (UnixAddress.IsMeant(prefix))
        {
            if (!UnixAddress.TryRead(prefix, out UnixAddress? unix))
                return null;
            (socket, prefix) = (unix.EndPoint, unix.Url);
        }

        if (!Uri.TryCreate(prefix, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttp || uri.Query.Length > 0 || uri.Fragment.Length > 0
            || uri.UserInfo.Length > 0)
        {
            return null;
        }

        EndPoint endPoint = socket is not null ? socket
            : IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? address)
            ? new IPEndPoint(address, uri.Port)
            : new DnsEndPoint(uri.IdnHost, uri.Port);
        string host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        if (!uri.IsDefaultPort)
            host = string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
        return new NodeConnections(endPoint, prefix, Encoding.ASCII.GetBytes(host), uri.AbsolutePath.TrimEnd('/'), policy, table);
    }

    /// <summary>An open connection that no request uses, or null.</summary>
    public NodeConnection? TryTake()
    {
        while (_idle.TryPop(out NodeConnection? connection))
        {
            if (!connection.IsSpoiled)
                return connection;
            connection.Dispose();
        }

        return null;
    }

    /// <exception cref="SocketException">No connection.</exception>
    /// <exception cref="OperationCanceledException">Canceled, or not within the connect timeout.</exception>
    public async ValueTask<NodeConnection> Connect(CancellationToken aborted, CancellationToken cancellation)
    {
        using CancellationTokenSource limit = ConnectLimit(aborted, cancellation);
        var connection = new NodeConnection(this);
        try
        {
            await connection.Open(_table.Connector, _endPoint, limit.Token);
        }
        catch
        {
            _table.CountFailed();
            throw;
        }

        _all[connection] = true;
        _table.CountOpened();
        return connection;
    }

    /// <summary>A token that is canceled when a connection has taken too long to get.</summary>
    public CancellationTokenSource ConnectLimit(CancellationToken aborted, CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(aborted, cancellation);
        limit.CancelAfter(_policy.ConnectTimeout);
        return limit;
    }

    /// <summary>Takes a connection back after a response that was read to its end.</summary>
    public void Return(NodeConnection connection)
    {
        if (!IsTooOld(connection) && connection.TryKeep())
            _idle.Push(connection);
        else
            connection.Dispose();
    }

    /// <summary>Takes a connection back that was not used after all.</summary>
    public void PutBack(NodeConnection connection)
    {
        // One that was idle before has its receive under way already.
        if (connection.IsReceiving)
            _idle.Push(connection);
        else
            Return(connection);
    }

    public void Forget(NodeConnection connection)
    {
        if (_all.TryRemove(connection, out _))
            _table.CountClosed();
    }

    /// <summary>Closes what was idle too long or was closed by the node, and gives up what takes too long.</summary>
    public void Sweep()
    {
        foreach ((NodeConnection connection, _) in _all)
            connection.Check(Now);
        if (_idle.IsEmpty)
            return;
        NodeConnection[] idle = new NodeConnection[_idle.Count];
        int taken = _idle.TryPopRange(idle);
        for (int i = taken - 1; i >= 0; i--)
        {
            if (idle[i].IsSpoiled || Now - idle[i].IdleSince > _policy.IdleTimeout.TotalMilliseconds || IsTooOld(idle[i]))
                idle[i].Dispose();
            else
                _idle.Push(idle[i]);
        }
    }

    public void Touch() => Volatile.Write(ref _lastAsked, Now);

    public void CloseAll()
    {
        foreach ((NodeConnection connection, _) in _all)
            connection.Dispose();
    }

    private bool IsTooOld(NodeConnection connection) => _policy.Lifetime is { } most && Now - connection.OpenSince > most.TotalMilliseconds;
}
