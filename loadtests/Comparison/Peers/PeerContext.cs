namespace HashBalancer.Comparison.Peers;

/// <summary>What peers are started with.</summary>
/// <param name="Backends">The nodes as <c>host:port</c>, in order of their names.</param>
/// <param name="HashHeader">The header whose value is the key.</param>
/// <param name="Core">The core that the proxy has for itself.</param>
/// <param name="Scratch">A directory for its files; removed at the end.</param>
/// <param name="Gateway">Finds the gateway's dll when it is needed.</param>
/// <param name="Time">The clock of the waiting for a start.</param>
internal sealed record PeerContext(
    IReadOnlyList<string> Backends, string HashHeader, int Core, DirectoryInfo Scratch, Func<string> Gateway, TimeProvider Time);
