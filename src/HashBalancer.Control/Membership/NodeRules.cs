using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What every node must satisfy, wherever it was read from.</summary>
internal static class NodeRules
{
    /// <summary>The most characters of a node's id.</summary>
    public const int LongestId = 255;

    /// <summary>What is wrong with a node's id; null when nothing is.</summary>
    public static string? FaultOfId(string? id) => ForeignText.FaultOf(id, LongestId) is { } fault
        ? $"its id {fault}; allowed are 1 to {LongestId} characters, none of them a control character"
        : null;

    /// <summary>What is wrong with where a node listens; null when nothing is.</summary>
    public static string? FaultOfAddress(string? host, int port)
    {
        if (!Node.IsUnixHost(host))
            return FaultOfHost(host) ?? FaultOfPort(port);
        return !Node.IsSoundUnixHost(host!) ? $"its Unix socket is '{ForeignText.Shown(host![Node.UnixHost.Length..])}'; allowed is {Node.SocketPathRule}"
            : port != 0 ? $"it has a Unix socket and the port {port}; allowed is one of them"
            : null;
    }

    /// <summary>What is wrong with a node's host, given without brackets; null when nothing is.</summary>
    public static string? FaultOfHost(string? host) =>
        string.IsNullOrWhiteSpace(host) ? "neither it nor its Consul node has an address"
        : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? null
        : $"its address is '{ForeignText.Shown(host)}'; allowed are host names and IP addresses";

    /// <summary>What is wrong with a node's port; null when nothing is.</summary>
    public static string? FaultOfPort(int port) => port is < 1 or > 65535 ? $"its port is {port}; allowed are 1 to 65535" : null;
}
