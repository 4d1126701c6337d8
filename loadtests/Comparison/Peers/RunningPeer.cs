using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Peers;

/// <summary>A proxy that serves.</summary>
/// <param name="peer">What it is.</param>
/// <param name="version">As the program gives it.</param>
/// <param name="url">Where requests go.</param>
/// <param name="pid">The process whose usage counts, with all that it starts; null where there is none.</param>
/// <param name="process">What ends it; null where nothing was started.</param>
/// <param name="allocations">What it has allocated; null where it is no .NET process.</param>
internal sealed class RunningPeer(IPeer peer, string version, Uri url, int? pid, ChildProcess? process, AllocationCounter? allocations) : IAsyncDisposable
{
    public IPeer Peer { get; } = peer;

    public string Version { get; } = version;

    public Uri Url { get; } = url;

    public int? Pid { get; } = pid;

    public AllocationCounter? Allocations { get; } = allocations;

    private IDisposable? _owned;

    /// <summary>Ends something along with the proxy.</summary>
    public void Owns(IDisposable? companion) => _owned = companion;

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        Allocations?.Dispose();
        _owned?.Dispose();
    }
}
