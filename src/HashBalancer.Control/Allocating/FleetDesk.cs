using System.Globalization;
using HashBalancer.Allocation.Model;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>What operators ask of the fleet: to freeze and pin, and to look into the past. Any gateway takes it; the leader obeys.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FleetDesk
{
    private const int MostTries = 10;
    private readonly ConsulClient _client;
    private readonly CoordinationKeys _keys;
    private readonly AllocatedPools _pools;
    private readonly FleetView _view;
    private readonly AllocationOptions _options;
    private readonly TimeProvider _time;

    internal FleetDesk(ConsulClient client, CoordinationKeys keys, AllocatedPools pools, FleetView view, AllocationOptions options, TimeProvider time)
    {
        _client = client;
        _keys = keys;
        _pools = pools;
        _view = view;
        _options = options;
        _time = time;
    }

    /// <summary>The fleet as it is, to try changes on: this gateway's configuration, the demands that the leader shows, nodes and leases as the registry has them.</summary>
    /// <exception cref="ConsulException">The registry does not say.</exception>
    public async Task<FleetInput> LiveAsync(CancellationToken cancellation)
    {
        FleetPicture picture = FleetPicture.Of((await _client.Kv.ListAsync(_keys.Fleet, cancellation: cancellation)).Value, _keys);
        IReadOnlyList<ServiceEntry> registered = (await _client.Health.ServiceAsync(_options.FleetService, cancellation: cancellation)).Value;
        IReadOnlyDictionary<string, AllocatedPool> pools = _pools.Current;
        Dictionary<string, PoolState> states = (_view.State?.Pools ?? []).ToDictionary(pool => pool.Name, StringComparer.OrdinalIgnoreCase);
        return new FleetInput
        {
            Now = _time.GetUtcNow(),
            Epoch = picture.Epoch?.Number ?? 0,
            Rules = FleetRules.Of(_options),
            Resources = PoolSpecs.ResourcesOf(_options).Names,
            Policy = _options.Policy,
            Pools = [.. PoolSpecs.Groups(_options), .. pools.Select(pool => FleetRound.With(PoolSpecs.Leaf(pool.Key, pool.Value.Options), picture.Controls, states.GetValueOrDefault(pool.Key)?.IsStale == true))],
            Services = pools.ToDictionary(pool => pool.Key, pool => pool.Value.Service, StringComparer.Ordinal),
            Demands = [.. pools.Keys.Select(name => new PoolDemand(name, states.GetValueOrDefault(name)?.Demand ?? 0))],
            Nodes = FleetNodeReading.Of(registered, [AllocationOptions.NodesResource, .. _options.Resources], []),
            Leases = [.. picture.Leases.Values.Select(lease => lease.Lease).OrderBy(lease => lease.Node, StringComparer.Ordinal)],
        };
    }

    /// <summary>What operators want at present.</summary>
    /// <exception cref="ConsulException">The registry does not say.</exception>
    public async Task<FleetControls> ControlsAsync(CancellationToken cancellation) =>
        ControlsOf((await _client.Kv.GetAsync(_keys.FleetControls, cancellation: cancellation)).Value);

    /// <summary>Changes what operators want; of two changes at once none is lost.</summary>
    /// <returns>What they want now.</returns>
    /// <exception cref="ConsulException">The registry could not be told.</exception>
    public async Task<FleetControls> ChangeAsync(Func<FleetControls, FleetControls> change, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(change);
        for (int i = 0; i < MostTries; i++)
        {
            KVPair? entry = (await _client.Kv.GetAsync(_keys.FleetControls, cancellation: cancellation)).Value;
            FleetControls next = change(ControlsOf(entry));
            byte[] value = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(next, FleetJson.Default.FleetControls);
            if (await _client.Kv.CompareAndSetAsync(_keys.FleetControls, value, entry?.ModifyIndex ?? 0, cancellation: cancellation))
                return next;
        }

        throw new InvalidOperationException($"Somebody else changed what is wanted of the fleet, {MostTries} times in a row.");
    }

    /// <summary>The epochs that are recorded, the last one first.</summary>
    /// <exception cref="ConsulException">The registry does not say.</exception>
    public async Task<IReadOnlyList<long>> EpochsAsync(CancellationToken cancellation) =>
        [.. (await _client.Kv.KeysAsync(_keys.FleetHistory, cancellation: cancellation)).Value
            .Select(key => long.TryParse(key.AsSpan(_keys.FleetHistory.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) ? epoch : 0)
            .Where(epoch => epoch > 0).OrderDescending()];

    /// <summary>An epoch with what it was decided by; null when it is not recorded, or not any more.</summary>
    /// <exception cref="ConsulException">The registry does not say.</exception>
    public async Task<RecordedEpoch?> EpochAsync(long epoch, CancellationToken cancellation) =>
        Packed.Read((await _client.Kv.GetAsync(_keys.FleetRecord(epoch), cancellation: cancellation)).Value?.Value, FleetJson.Default.RecordedEpoch);

    private static FleetControls ControlsOf(KVPair? entry) =>
        (entry is null ? null : LeaseFormat.Read(entry.Value, FleetJson.Default.FleetControls)) ?? FleetControls.None;
}
