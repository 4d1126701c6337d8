using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Peers;

/// <summary>What peers are started with.</summary>
/// <param name="Backends">The nodes as <c>host:port</c>, in order of their names.</param>
/// <param name="HashHeader">The header whose value is the key.</param>
/// <param name="Front">What to speak with clients.</param>
/// <param name="Core">The core that the proxy has for itself.</param>
/// <param name="Scratch">A directory for its files; removed at the end.</param>
/// <param name="Gateway">Finds the gateway's dll when it is needed.</param>
/// <param name="Settings">Settings of the gateway beyond the comparison's own, as <c>KEY=VALUE</c>.</param>
/// <param name="Time">The clock of the waiting for a start.</param>
internal sealed record PeerContext(
    IReadOnlyList<string> Backends, string HashHeader, Front Front, int Core, DirectoryInfo Scratch, Func<string> Gateway,
    IReadOnlyList<string> Settings, TimeProvider Time)
{
    /// <summary>The PEM file with the certificate and the key for clients; null in plain text.</summary>
    public string? Certificate => Front == Front.Plain ? null : FrontCertificate.In(Scratch, Time);

    /// <summary>Where a proxy on a port of this machine is asked.</summary>
    public Uri UrlOf(int port) => new($"{(Front == Front.Plain ? "http" : "https")}://127.0.0.1:{port}");
}
