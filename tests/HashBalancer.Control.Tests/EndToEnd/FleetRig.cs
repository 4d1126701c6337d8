using System.Collections.Concurrent;
using System.Text.Json;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Registry;
using HashBalancer.Ring;
using HashBalancer.Testing;
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
    private readonly Dictionary<IHost, Wire> _wires = [];
    private RegistryServer _registry = null!;

    /// <summary>Far more than anything takes, on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

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
        var wire = new Wire();
        builder.Services.AddSingleton(_ => NewClient(wire));
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(Options.Create(new RebalancingOptions { Mode = RebalancingMode.Off }));
        builder.Services.AddSingleton(Options.Create(new CoordinationOptions { GatewayName = name, LockDelay = TimeSpan.FromMilliseconds(250) }));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        host.Services.GetRequiredService<MembershipService>().Apply([.. pools.Keys.Select(pool => new PoolDefinition(pool, pool + "-service"))]);
        host.Services.GetRequiredService<AllocatedPools>().Replace(pools.ToDictionary(pool => pool.Key, pool => new AllocatedPool(pool.Key + "-service", pool.Value)));
        _wires.Add(host, wire);
        await host.StartAsync();
        Gateways.Add(host);
        return host;
    }

    /// <summary>Cuts a gateway off from the registry without a word, as a killed one is, and ends its sessions, as the registry does when their time is over.</summary>
    public async Task Cut(IHost gateway)
    {
        _wires[gateway].IsCut = true;
        string name = gateway.Services.GetRequiredService<Leadership>().Name;
        foreach (SessionEntry session in (await Client.Sessions.ListAsync()).Value.Where(session => session.Name.EndsWith(' ' + name, StringComparison.Ordinal)))
            await Client.Sessions.DestroyAsync(session.ID);
    }

    /// <summary>Lets a gateway that was cut off ask again.</summary>
    public void Mend(IHost gateway) => _wires[gateway].IsCut = false;

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

    /// <summary>A fleet without brakes.</summary>
    public static AllocationOptions NoBrakes() => new()
    {
        Mode = AllocationMode.On,
        Interval = TimeSpan.FromMilliseconds(250),
        Notice = TimeSpan.Zero,
        Round = TimeSpan.Zero,
        ReclaimPerRound = 1,
        Takeover = TimeSpan.Zero,
    };

    /// <summary>Pools that want so many nodes, whatever their load.</summary>
    public static Dictionary<string, PoolAllocationOptions> Pools(params (string Name, int Wanted)[] pools) => pools.ToDictionary(
        pool => pool.Name,
        pool => new PoolAllocationOptions { Enabled = true, Minimum = pool.Wanted, Most = pool.Wanted, FallWindow = TimeSpan.Zero, DrainTime = TimeSpan.FromSeconds(5), WarmTime = TimeSpan.Zero },
        StringComparer.Ordinal);

    /// <summary>All gateways follow one epoch, and their rings are what it says.</summary>
    public Task Agree() => Eventually.IsTrue(
        () => Gateways.Select(EpochOf).Distinct().Count() == 1 && Gateways.TrueForAll(gateway =>
        {
            AllocationState state = StateOf(gateway)!;
            return state.Pools.All(pool => RingOf(gateway, pool.Name).SequenceEqual(
                state.Nodes.Where(node => node is { Available: true, Lease.Serves: true } && node.Lease.Pool == pool.Name).Select(node => node.Lease.Instance!).Order(StringComparer.Ordinal)));
        }), "all gateways have the rings of one epoch", Patience);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_agents);
        foreach ((IHost gateway, Wire wire) in _wires)
        {
            await gateway.StopAsync();
            gateway.Dispose();
            wire.Dispose();
        }

        foreach (CancellationTokenSource alive in _alive.Values)
            alive.Dispose();
        Client.Dispose();
        await _registry.DisposeAsync();
        _stop.Dispose();
    }

    private ConsulClient NewClient(HttpMessageHandler? handler = null) => new(new ConsulClientOptions { Address = _registry.Address.GetLeftPart(UriPartial.Authority) }, handler);

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

    /// <summary>A gateway's way to the registry.</summary>
    private sealed class Wire() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        private volatile bool _isCut;

        public bool IsCut
        {
            get => _isCut;
            set => _isCut = value;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsCut)
                throw new HttpRequestException("The wire is cut.");
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (!IsCut)
                return answer;
            answer.Dispose();
            throw new HttpRequestException("The wire was cut.");
        }
    }
}
