namespace HashBalancer.Ring;

/// <summary>Where a node is in its life.</summary>
public enum NodeState
{
    /// <summary>Serves its keys.</summary>
    Up,

    /// <summary>Takes no new key; requests in flight finish (Consul's maintenance mode).</summary>
    Draining,

    /// <summary>Registered, but a check of it is critical: serves nothing.</summary>
    Down,

    /// <summary>Comes to its pool: it is sent copies of requests whose keys it will own, and no client's request yet.</summary>
    Warming,
}

/// <summary>One backend instance as the request path sees it. Immutable but for <see cref="Load"/>.</summary>
/// <param name="Id">The Consul ServiceID.</param>
/// <param name="Host">Host name or IP address without brackets; or <see cref="UnixHost"/> and the absolute path of a Unix socket.</param>
/// <param name="Port">TCP port, 1 to 65535; 0 with a Unix socket.</param>
/// <param name="Weight">Declared relative capacity.</param>
/// <param name="State">Where the node is in its life.</param>
/// <param name="Load">The node's counts; shared by all snapshots the node stands in.</param>
public sealed record Node(string Id, string Host, int Port, double Weight, NodeState State, NodeLoad Load)
{
    /// <summary>What a <see cref="Host"/> begins with that is a Unix socket, as in <c>unix:/run/app.sock</c>.</summary>
    public const string UnixHost = "unix:";

    /// <summary>What the path of a Unix socket must be: as long as systems allow, and to be told from what may follow it in an address.</summary>
    public const string SocketPathRule = "an absolute path of 2 to 107 bytes without colons, spaces and control characters";

    /// <summary>The node's zone, or null when it names none.</summary>
    public string? Zone { get; init; }

    /// <summary>Host name or IP address without brackets; or <see cref="UnixHost"/> and the absolute path of a Unix socket.</summary>
    public string Host
    {
        get;
        init
        {
            field = value;
            Address = AddressOf(value, Port, IsTls);
        }
    } = Host;

    /// <summary>TCP port, 1 to 65535; 0 with a Unix socket.</summary>
    public int Port
    {
        get;
        init
        {
            field = value;
            Address = AddressOf(Host, value, IsTls);
        }
    } = Port;

    /// <summary>Whether requests go to it by TLS; never over a Unix socket.</summary>
    public bool IsTls
    {
        get;
        init
        {
            field = value;
            Address = AddressOf(Host, Port, value);
        }
    }

    /// <summary>The address a request is forwarded to, such as <c>http://10.0.0.7:5000/</c>, <c>https://10.0.0.7:5443/</c> or <c>http://unix:/run/app.sock</c>; it
    /// follows <c>with { Host, Port, IsTls }</c>.</summary>
    public string Address { get; private init; } = AddressOf(Host, Port, isTls: false);

    /// <summary>Whether the node listens on a Unix socket.</summary>
    public bool IsUnix => IsUnixHost(Host);

    /// <summary>Whether a <see cref="Host"/> is meant to be a Unix socket.</summary>
    public static bool IsUnixHost(string? host) => host is not null && host.StartsWith(UnixHost, StringComparison.Ordinal);

    /// <summary>Whether a <see cref="Host"/> that is meant to be a Unix socket is as <see cref="SocketPathRule"/> has it.</summary>
    public static bool IsSoundUnixHost(string host)
    {
        string path = host[UnixHost.Length..];
        return path.Length > 1 && path[0] == '/' && System.Text.Encoding.UTF8.GetByteCount(path) <= 107 && !path.Any(c => c == ':' || char.IsControl(c) || char.IsWhiteSpace(c));
    }

    private static string AddressOf(string host, int port, bool isTls) => IsUnixHost(host) ? $"http://{host}" : AddressOfPort(host, port, isTls);

    private static string AddressOfPort(string host, int port, bool isTls) =>
        $"{(isTls ? "https" : "http")}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/";
}
