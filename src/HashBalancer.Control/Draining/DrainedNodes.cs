using System.Text;
using HashBalancer.Consul;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>The nodes that operators drain, kept in the registry: every gateway that shares it follows, and one that starts anew does too.</summary>
/// <remarks>
/// <para>An entry for each node. It goes when an operator takes it back, or when the node is registered no more: who registers under its id later is
/// another one, which nobody told to drain. A registry that forgot its entries is told them again.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class DrainedNodes : BackgroundService
{
    private readonly CoordinationKeys _keys;
    private readonly SnapshotPublisher _publisher;
    private readonly KeptEntries _entries;
    private readonly byte[] _gateway;

    internal DrainedNodes(ConsulClient client, CoordinationKeys keys, SnapshotPublisher publisher, string gateway, TimeProvider time, ILogger<DrainedNodes> logger)
    {
        _keys = keys;
        _publisher = publisher;
        _gateway = Encoding.UTF8.GetBytes(gateway);
        _entries = new KeptEntries(
            client, keys.Drains, "nodes that drain",
            entries => publisher.SetDrained(entries.Keys.Select(keys.OfDrain).OfType<(string Pool, string NodeId)>()), time, logger);
        publisher.DrainedNodeLeft = (pool, node) => _ = _entries.ForgetAsync(keys.Drain(pool, node));
    }

    /// <summary>Makes a node drain in every gateway, or takes that back. Ends when this gateway's snapshot says so.</summary>
    /// <param name="pool">The pool's name, in its own spelling.</param>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="drain">Whether it is to drain.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    public async Task SetAsync(string pool, string nodeId, bool drain, CancellationToken cancellation)
    {
        await _entries.SetAsync(_keys.Drain(pool, nodeId), drain ? _gateway : null, cancellation);
        await _publisher.WhenPublished();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _entries.RunAsync(stoppingToken);
}
