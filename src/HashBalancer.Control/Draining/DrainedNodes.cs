using System.Collections.Immutable;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
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
    private readonly ConsulClient _client;
    private readonly CoordinationKeys _keys;
    private readonly SnapshotPublisher _publisher;
    private readonly byte[] _gateway;
    private readonly TimeProvider _time;
    private readonly ILogger<DrainedNodes> _logger;
    private readonly Lock _gate = new();

    // Guarded by _gate: every entry by its key, with the index it was last changed at; and of which answer that is.
    private ImmutableDictionary<string, ulong> _entries = ImmutableDictionary.Create<string, ulong>(StringComparer.Ordinal);
    private ulong _seen;

    internal DrainedNodes(ConsulClient client, CoordinationKeys keys, SnapshotPublisher publisher, string gateway, TimeProvider time, ILogger<DrainedNodes> logger)
    {
        _client = client;
        _keys = keys;
        _publisher = publisher;
        _gateway = System.Text.Encoding.UTF8.GetBytes(gateway);
        _time = time;
        _logger = logger;
        publisher.DrainedNodeLeft = (pool, node) => _ = ForgetAsync(keys.Drain(pool, node));
    }

    /// <summary>Makes a node drain in every gateway, or takes that back. Ends when this gateway's snapshot says so.</summary>
    /// <param name="pool">The pool's name, in its own spelling.</param>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="drain">Whether it is to drain.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    public async Task SetAsync(string pool, string nodeId, bool drain, CancellationToken cancellation)
    {
        string key = _keys.Drain(pool, nodeId);
        if (drain)
            await _client.Kv.PutAsync(key, _gateway, cancellation: cancellation);
        else
            await _client.Kv.DeleteAsync(key, cancellation);
        try
        {
            QueryResult<IReadOnlyList<KVPair>> all = await _client.Kv.ListAsync(_keys.Drains, cancellation: cancellation);
            Take(all, isDoubtful: false);
        }
        catch (ConsulException)
        {
            // It was told; the watch hears of it when it answers again.
            lock (_gate)
                Put_NeedsLock(drain ? _entries.SetItem(key, 0) : _entries.Remove(key));
        }

        await _publisher.WhenPublished();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (WatchEvent<IReadOnlyList<KVPair>> seen in ConsulWatch.RunAsync(
                (query, stop) => _client.Kv.ListAsync(_keys.Drains, query, stop), time: _time, cancellation: stoppingToken))
            {
                // A failure is told by the watches of membership; who drains goes on draining.
                if (seen is WatchValue<IReadOnlyList<KVPair>> { Result: var all, IsDoubtful: var doubtful } && Take(all, doubtful) is { IsEmpty: false } forgotten)
                    await TellAgainAsync(forgotten, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <summary>Follows an answer; returns what one that may have forgotten lacks, which stays in force.</summary>
    private ImmutableArray<string> Take(QueryResult<IReadOnlyList<KVPair>> all, bool isDoubtful)
    {
        lock (_gate)
        {
            // An answer that was on its way while a later one came.
            if (all.Index < _seen && !isDoubtful)
                return [];
            _seen = all.Index;
            ImmutableDictionary<string, ulong> told = all.Value.ToImmutableDictionary(pair => pair.Key, pair => pair.ModifyIndex, StringComparer.Ordinal);
            ImmutableArray<string> forgotten = isDoubtful ? [.. _entries.Keys.Where(key => !told.ContainsKey(key))] : [];
            Put_NeedsLock(told.SetItems(forgotten.Select(key => KeyValuePair.Create(key, 0ul))));
            return forgotten;
        }
    }

    private void Put_NeedsLock(ImmutableDictionary<string, ulong> entries)
    {
        _entries = entries;
        _publisher.SetDrained(entries.Keys.Select(_keys.OfDrain).OfType<(string Pool, string NodeId)>());
    }

    private async Task TellAgainAsync(ImmutableArray<string> forgotten, CancellationToken stop)
    {
        _logger.LogWarning("The registry has forgotten {Count} nodes that drain; it is told again", forgotten.Length);
        try
        {
            foreach (string key in forgotten)
                await _client.Kv.CompareAndSetAsync(key, _gateway, modifyIndex: 0, cancellation: stop);
        }
        catch (ConsulException e)
        {
            // They drain here all the same. If it stays away, the next doubtful answer is the next chance.
            _logger.LogWarning("The registry does not take them: {Reason}", e.Message);
        }
    }

    /// <summary>Removes the entry of a node that has left, unless an operator has written it anew meanwhile.</summary>
    private async Task ForgetAsync(string key)
    {
        ulong index;
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out index) || index == 0)
                return;
        }

        try
        {
            await _client.Kv.CompareAndDeleteAsync(key, index);
        }
        catch (Exception e) when (e is ConsulException or ObjectDisposedException)
        {
            _logger.LogWarning("The registry keeps saying that a node drains which has left, {Key}: {Reason}", key, e.Message);
        }
    }
}
