using System.Collections.Concurrent;
using System.Text.Json;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Registry;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control.Tests;

/// <summary>Control planes of gateways over one registry, and agents that do at once what their leases want.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _agents = [];
    private readonly Dictionary<string, CancellationTokenSource> _alive = new(StringComparer.Ordinal);
    private RegistryServer _registry = null!;

    public ConsulClient Client { get; private set; } = null!;

    public List<IHost> Gateways { get; } = [];

    /// <summary>Every lease that an agent saw, in the order of each node.</summary>
    public ConcurrentQueue<FleetLease> Seen { get; } = new();

    /// <summary>What agents of all nodes say instead of starting a pool's service.</summary>
    public ConcurrentDictionary<string, string> Declines { get; } = new(StringComparer.Ordinal);

    /// <summary>How long an agent takes to start a service.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.FromMilliseconds(50);

    public static async Task<FleetRig> Start()
    {
        var rig = new FleetRig { _registry = new RegistryServer(new RegistryOptions { Listen = "127.0.0.1:0" }, TimeProvider.System, NullLoggerFactory.Instance) };
        await rig._registry.StartAsync(CancellationToken.None);
        rig.Client = rig.NewClient();
        return rig;
    }

    /// <summary>A gateway's control plane.</summary>
    public async Task<IHost> Gateway(string name, AllocationOptions options, Dictionary<string, PoolAllocationOptions> pools)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => NewClient());
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(Options.Create(new RebalancingOptions { Mode = RebalancingMode.Off }));
        builder.Services.AddSingleton(Options.Create(new CoordinationOptions { GatewayName = name, LockDelay = TimeSpan.FromMilliseconds(250) }));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        host.Services.GetRequiredService<MembershipService>().Apply([.. pools.Keys.Select(pool => new PoolDefinition(pool, pool + "-service"))]);
        host.Services.GetRequiredService<AllocatedPools>().Replace(pools.ToDictionary(pool => pool.Key, pool => new AllocatedPool(pool.Key + "-service", pool.Value)));
        await host.StartAsync();
        Gateways.Add(host);
        return host;
    }

    /// <summary>A node of the fleet with its agent.</summary>
    public async Task Node(string id, Dictionary<string, string>? meta = null)
    {
        await Client.Agent.RegisterServiceAsync(new AgentServiceRegistration { ID = id, Name = "hashbalancer-fleet", Address = "127.0.0.1", Meta = meta });
        var alive = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _alive[id] = alive;
        _agents.Add(Task.Run(() => ObeyAsync(id, alive.Token)));
    }

    /// <summary>The node and its agent are no more, without a word.</summary>
    public async Task Lose(string id)
    {
        await _alive[id].CancelAsync();
        await Client.Agent.RegisterCheckAsync(new AgentCheckRegistration { ID = $"lost:{id}", Name = "lost", ServiceID = id, TTL = TimeSpan.FromHours(1), Status = CheckStatus.Critical });
        foreach (FleetLease lease in Seen.Where(lease => lease.Node == id && lease.Instance is not null).DistinctBy(lease => lease.Instance))
            await Client.Agent.DeregisterServiceAsync(lease.Instance!);
    }

    public static AllocationState? StateOf(IHost gateway) => gateway.Services.GetRequiredService<FleetView>().State;

    public static long EpochOf(IHost gateway) => gateway.Services.GetRequiredService<FleetView>().Epoch;

    /// <summary>Nodes on a pool's ring.</summary>
    public static string[] RingOf(IHost gateway, string pool) => gateway.Services.GetRequiredService<SnapshotStore>().Current.Pools.TryGetValue(pool, out PoolSnapshot? view)
        ? [.. Enumerable.Range(0, view.Ring.SlotCount).Select(view.Ring.MemberAt).OfType<RingMember>().Select(member => member.Id).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The number of serving nodes of each pool, as the leader shows it.</summary>
    public static string Counts(IHost gateway) => string.Join(" ", StateOf(gateway)?.Pools.Select(pool => $"{pool.Name}={pool.Serving}") ?? []);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents);
        foreach (IHost gateway in Gateways)
        {
            await gateway.StopAsync();
            gateway.Dispose();
        }

        foreach (CancellationTokenSource alive in _alive.Values)
            alive.Dispose();
        Client.Dispose();
        await _registry.DisposeAsync();
        _stop.Dispose();
    }

    private ConsulClient NewClient() => new(new ConsulClientOptions { Address = _registry.Address.GetLeftPart(UriPartial.Authority) });

    private async Task ObeyAsync(string id, CancellationToken stop)
    {
        string? running = null;
        long told = -1;
        try
        {
            await foreach (WatchEvent<KVPair?> seen in ConsulWatch.RunAsync((query, token) => Client.Kv.GetAsync($"hashbalancer/fleet/leases/{id}", query, token), cancellation: stop))
            {
                if (seen is not WatchValue<KVPair?> { Value: { } entry } || !LeaseFormat.TryRead(id, entry.Value, out FleetLease? lease))
                    continue;
                Seen.Enqueue(lease);
                if (running is not null && running != lease.Instance)
                {
                    await Client.Agent.DeregisterServiceAsync(running, stop);
                    running = null;
                }

                if (lease.Pool is null || lease.Assigned == told)
                    continue;
                told = lease.Assigned;
                if (Declines.TryGetValue(lease.Pool, out string? reason))
                {
                    await Say(id, new AgentReport(AgentState.Declined, lease.Assigned, lease.Instance, reason), stop);
                    continue;
                }

                await Task.Delay(StartTime, TimeProvider.System, stop);
                running = lease.Instance;
                await Client.Agent.RegisterServiceAsync(new AgentServiceRegistration { ID = running, Name = lease.Service, Address = "127.0.0.1", Port = 9 }, cancellation: stop);
                await Say(id, new AgentReport(AgentState.Running, lease.Assigned, lease.Instance), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private Task Say(string id, AgentReport report, CancellationToken stop) =>
        Client.Kv.PutAsync($"hashbalancer/fleet/agents/{id}", JsonSerializer.SerializeToUtf8Bytes(report, FleetJson.Default.AgentReport), cancellation: stop);
}
