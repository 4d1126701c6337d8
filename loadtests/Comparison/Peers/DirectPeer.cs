using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Peers;

/// <summary>
/// No proxy: the client asks the first backend. It shows what client and backends can do on their core; a proxy near this rate
/// was not saturated, and its own ceiling is what its CPU time for each request says.
/// </summary>
internal sealed class DirectPeer : IPeer
{
    public string Name => "(no proxy)";

    public bool IsYardstick => false;

    public string? Missing(Front front) => front == Front.Plain ? null : "the backends speak plain HTTP/1.1 alone";

    public Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation) =>
        Task.FromResult(new RunningPeer(this, "", new Uri($"http://{context.Backends[0]}"), pid: null, process: null, allocations: null));
}
