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
}

/// <summary>One backend instance as the request path sees it. Immutable but for <see cref="Load"/>.</summary>
/// <param name="Id">The Consul ServiceID.</param>
/// <param name="Host">Host name or IP address without brackets.</param>
/// <param name="Port">TCP port, 1 to 65535.</param>
/// <param name="Weight">Declared relative capacity.</param>
/// <param name="State">Where the node is in its life.</param>
/// <param name="Load">The node's counts; shared by all snapshots the node stands in.</param>
public sealed record Node(string Id, string Host, int Port, double Weight, NodeState State, NodeLoad Load)
{
    /// <summary>The node's zone, or null when it names none.</summary>
    public string? Zone { get; init; }

    /// <summary>Host name or IP address without brackets.</summary>
    public string Host
    {
        get;
        init
        {
            field = value;
            Address = AddressOf(value, Port);
        }
    } = Host;

    /// <summary>TCP port, 1 to 65535.</summary>
    public int Port
    {
        get;
        init
        {
            field = value;
            Address = AddressOf(Host, value);
        }
    } = Port;

    /// <summary>The address a request is forwarded to, such as <c>http://10.0.0.7:5000/</c>; it follows <c>with { Host, Port }</c>.</summary>
    public string Address { get; private init; } = AddressOf(Host, Port);

    private static string AddressOf(string host, int port) =>
        $"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/";
}
