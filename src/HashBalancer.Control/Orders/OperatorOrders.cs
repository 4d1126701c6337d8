using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using HashBalancer.Consul;
using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>What operators order beside drains, kept in the registry for every gateway that shares it: weights of nodes, arcs that a node is to have,
/// whether measured load moves arcs.</summary>
/// <remarks>
/// <para>An order holds until it is taken back, also while its node is away: it is about the id. Orders go before what services register, before the
/// rebalancer's decisions and before the configuration.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class OperatorOrders : BackgroundService
{
    private readonly SnapshotPublisher _publisher;
    private readonly CoordinationKeys _keys;
    private readonly ILogger<OperatorOrders> _logger;
    private readonly KeptEntries _entries;
    private OrderBook _book = OrderBook.Empty;

    internal OperatorOrders(ConsulClient client, CoordinationKeys keys, SnapshotPublisher publisher, TimeProvider time, ILogger<OperatorOrders> logger)
    {
        _publisher = publisher;
        _keys = keys;
        _logger = logger;
        _entries = new KeptEntries(client, keys.Orders, "orders of operators", Follow, time, logger);
    }

    /// <summary>The orders in force.</summary>
    public OrderBook Current => Volatile.Read(ref _book);

    /// <summary>Gives a node a weight in every gateway, or leaves it to what it registers. Ends when this gateway's snapshot says so.</summary>
    /// <param name="pool">The pool's name, in its own spelling.</param>
    /// <param name="nodeId">The node's id.</param>
    /// <param name="weight">0 to <see cref="HashRing.MaximumWeight"/>; null takes the order back.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    public Task SetWeightAsync(string pool, string nodeId, double? weight, CancellationToken cancellation)
    {
        if (weight is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(weight));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(given, HashRing.MaximumWeight, nameof(weight));
        }

        return SetAsync(_keys.OrderOfWeight(pool, nodeId), weight?.ToString("R", CultureInfo.InvariantCulture), cancellation);
    }

    /// <summary>Gives an arc to a node in every gateway, whatever the ring and the rebalancer say. Ends when this gateway's snapshot says so.</summary>
    /// <param name="pool">The pool's name, in its own spelling.</param>
    /// <param name="first">The arc's first position.</param>
    /// <param name="last">Its last position, not below the first; arcs that are ordered do not overlap.</param>
    /// <param name="nodeId">The node's id; while it does not serve, the ring's owner has the arc; null takes the order back.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The arc runs backwards or overlaps another one that is ordered.</exception>
    public Task SetOverrideAsync(string pool, uint first, uint last, string? nodeId, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        if (nodeId is not null && Current.OverridesOf(pool).Any(one => one.First <= last && first <= one.Last && (one.First, one.Last) != (first, last)))
            throw new ArgumentException("The arc overlaps another one that is ordered.", nameof(first));
        return SetAsync(_keys.OrderOfOverride(pool, first, last), nodeId, cancellation);
    }

    /// <summary>Says for every gateway whether measured load moves a pool's arcs, whatever is configured.</summary>
    /// <param name="pool">The pool's name, in its own spelling; null: all pools without an order of their own.</param>
    /// <param name="mode">Off freezes what is in force; null takes the order back.</param>
    /// <param name="cancellation">Gives up; the registry may have been told all the same.</param>
    /// <exception cref="ConsulException">The registry could not be told; nothing has changed.</exception>
    public Task SetRebalancingAsync(string? pool, RebalancingMode? mode, CancellationToken cancellation) =>
        SetAsync(_keys.OrderOfRebalancing(pool), mode?.ToString(), cancellation);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _entries.RunAsync(stoppingToken);

    private async Task SetAsync(string key, string? value, CancellationToken cancellation)
    {
        await _entries.SetAsync(key, value is null ? null : Encoding.UTF8.GetBytes(value), cancellation);
        await _publisher.WhenPublished();
    }

    private void Follow(ImmutableDictionary<string, KeptEntry> entries)
    {
        OrderBook before = Current, book = OrderBook.Read(entries.Select(entry => (entry.Key, Encoding.UTF8.GetString(entry.Value.Value))), _keys, out List<(string Key, string Fault)> faults);
        foreach ((string key, string fault) in faults.Except(before.Faults))
            ControlLog.Malformed(_logger, key, fault);
        Volatile.Write(ref _book, book with { Faults = faults });
        _publisher.SetOrders(book);
    }
}
