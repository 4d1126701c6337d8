using System.Text;
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

/// <summary>Three gateways' control planes over one registry: one plans, all follow.</summary>
public sealed class RebalancingTests : IAsyncLifetime
{
    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;
    private readonly List<IHost> _gateways = [];
    private RegistryServer _registry = null!;
    private string _address = "127.0.0.1:0";
    private ConsulClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await StartRegistry();
        _client = new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" });
        foreach (string id in (string[])["web-1", "web-2", "web-3", "web-4"])
            await Register(id);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost gateway in _gateways)
            await Stop(gateway);
        _client.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Load_OnOneNode_MovesArcsAlikeOnAllGatewaysAndOutlivesLeaderAndRegistry()
    {
        for (int i = 1; i <= 3; i++)
            await StartGateway($"gateway-{i}");
        foreach (IHost gateway in _gateways)
            await Eventually.IsTrue(() => PoolOf(gateway).Ring.ServingCount == 4, "every gateway sees the nodes");

        // Nine tenths of the keys lie on the arcs of one node.
        using var load = new SkewedLoad(_gateways.ConvertAll(g => g.Services.GetRequiredService<SnapshotStore>()), "web-2");
        await Eventually.IsTrue(() => Versions().Min() > 0, "the first assignment reaches every gateway", TimeSpan.FromSeconds(60));
        await Agree("after the first assignment");
        Assert.NotEmpty(PoolOf(_gateways[0]).Ring.Overrides);

        // The leader goes: the next one goes on from where it was.
        long before = Versions().Max();
        IHost leader = _gateways.Single(g => g.Services.GetRequiredService<Leadership>().IsLeader);
        _gateways.Remove(leader);
        load.Forget(leader.Services.GetRequiredService<SnapshotStore>());
        await Stop(leader);
        await Eventually.IsTrue(() => _gateways.Exists(g => g.Services.GetRequiredService<Leadership>().IsLeader), "another leads", TimeSpan.FromSeconds(60));
        Assert.All(Versions(), version => Assert.InRange(version, before, long.MaxValue));
        load.Stop();
        await Agree("after the change of leader");

        // The registry forgets everything: nothing moves, and the leader tells it again.
        long known = Versions().Max();
        await _registry.DisposeAsync();
        await StartRegistry();
        await Eventually.IsTrue(
            async () => await Entry() is { } entry && AssignmentFormat.TryRead(entry.Value, out PoolAssignment? told, out _) && told.Version >= known,
            "the registry knows the assignment again", TimeSpan.FromSeconds(60));
        Assert.All(Versions(), version => Assert.InRange(version, known, long.MaxValue));
    }

    [Fact]
    public async Task Assignments_OneAfterTheOther_GiveEachOfAHundredThousandKeysOneNodeOnAllGateways()
    {
        for (int i = 1; i <= 3; i++)
            await StartGateway($"gateway-{i}");
        foreach (IHost gateway in _gateways)
            await Eventually.IsTrue(() => PoolOf(gateway).Ring.ServingCount == 4, "every gateway sees the nodes");
        var chance = new Random(7);
        ulong[] keys = [.. Enumerable.Range(0, 100_000).Select(_ => (ulong)chance.NextInt64(long.MinValue, long.MaxValue))];
        for (int version = 1; version <= 5; version++)
        {
            RingOverride[] overrides = [.. Enumerable.Range(0, 500).Select(i => new RingOverride((uint)i << 23, ((uint)i << 23) + (uint)chance.Next(1 << 23), $"web-{chance.Next(1, 5)}"))];
            await Put(new PoolAssignment(version, [.. overrides]));
            await Eventually.IsTrue(() => Array.TrueForAll(Versions(), followed => followed == version), $"assignment {version} is followed by all", TimeSpan.FromSeconds(30));
            PoolSnapshot[] pools = [.. _gateways.Select(PoolOf)];
            Assert.All(pools[1..], pool => Assert.Equal(0, keys.Count(key => pool.Owner(key)!.Id != pools[0].Owner(key)!.Id)));
        }
    }

    /// <summary>A leader that holds its key by a session of an hour, and says nothing any more.</summary>
    [Fact]
    public async Task Leader_FallsSilent_IsDeposed()
    {
        string session = await _client.Sessions.CreateAsync(new SessionRequest { TTL = "3600s", LockDelay = GoDuration.From(TimeSpan.FromMilliseconds(1)), NodeChecks = [] }, _cancelled);
        Assert.True(await _client.Kv.AcquireAsync("hashbalancer/leader", Encoding.UTF8.GetBytes("silent"), session, cancellation: _cancelled));
        await _client.Kv.PutAsync("hashbalancer/pulse", Encoding.UTF8.GetBytes($"{session} 17"), cancellation: _cancelled);
        await StartGateway("gateway-1");
        await Eventually.IsTrue(() => _gateways[0].Services.GetRequiredService<Leadership>().IsLeader, "the gateway leads", TimeSpan.FromSeconds(60));
    }

    /// <summary>Beats of a session that holds nothing are no reason to end anybody's.</summary>
    [Fact]
    public async Task Leader_WithoutBeats_IsLeftAlone()
    {
        string session = await _client.Sessions.CreateAsync(new SessionRequest { TTL = "3600s", NodeChecks = [] }, _cancelled);
        Assert.True(await _client.Kv.AcquireAsync("hashbalancer/leader", Encoding.UTF8.GetBytes("older version"), session, cancellation: _cancelled));
        await _client.Kv.PutAsync("hashbalancer/pulse", Encoding.UTF8.GetBytes("another-session 1"), cancellation: _cancelled);
        await StartGateway("gateway-1");
        long begun = TimeProvider.System.GetTimestamp();
        await Eventually.IsTrue(() => TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(5), "longer than a leader's silence is borne");
        Assert.False(_gateways[0].Services.GetRequiredService<Leadership>().IsLeader);
        Assert.Equal(session, (await _client.Kv.GetAsync("hashbalancer/leader", cancellation: _cancelled)).Value!.Session);
    }

    /// <summary>A node of four that drains gives its arcs away while it serves, and leaves on all gateways.</summary>
    [Fact]
    public async Task Drain_WhileRebalancing_HandsArcsOverBeforeTheNodeLeaves()
    {
        for (int i = 1; i <= 2; i++)
            await StartGateway($"gateway-{i}");
        foreach (IHost gateway in _gateways)
            await Eventually.IsTrue(() => PoolOf(gateway).Ring.ServingCount == 4, "every gateway sees the nodes");
        using var load = new SkewedLoad(_gateways.ConvertAll(g => g.Services.GetRequiredService<SnapshotStore>()), "web-2");
        await Eventually.IsTrue(() => Versions().Min() > 0, "the first assignment reaches every gateway", TimeSpan.FromSeconds(60));
        await _gateways[0].Services.GetRequiredService<DrainedNodes>().SetAsync("items", "web-3", drain: true, _cancelled);
        Assert.Contains("web-3", PoolOf(_gateways[0]).Leaving);

        double least = 1;
        await Eventually.IsTrue(
            () =>
            {
                PoolSnapshot pool = PoolOf(_gateways[0]);
                if (pool.Ring.TryGetSlot("web-3", out int slot))
                    least = Math.Min(least, pool.Ring.Shares()[slot]);
                return _gateways.TrueForAll(gateway => PoolOf(gateway).Nodes.Single(node => node.Id == "web-3").State == NodeState.Draining);
            },
            "it leaves on every gateway", TimeSpan.FromSeconds(60));
        // In steps: it was seen with less than half of what it had.
        Assert.InRange(least, 0, 0.12);
        await Agree("after it has left");
    }

    [Fact]
    public async Task Assignment_OlderOrBroken_IsNotFollowed()
    {
        await StartGateway("gateway-1");
        await Put(new PoolAssignment(5, [new RingOverride(0, 99, "web-1")]));
        await Eventually.IsTrue(() => Versions()[0] == 5, "the assignment is followed");

        await Put(new PoolAssignment(4, [new RingOverride(0, 99, "web-2")]));
        await _client.Kv.PutAsync("hashbalancer/assignments/items", Encoding.UTF8.GetBytes("{}"), cancellation: _cancelled);
        await _client.Kv.DeleteAsync("hashbalancer/assignments/items", _cancelled);
        await Put(new PoolAssignment(6, [new RingOverride(0, 99, "web-3"), new RingOverride(100, 199, "absent")]));
        await Eventually.IsTrue(() => Versions()[0] == 6, "the newer assignment is followed");
        HashRing ring = PoolOf(_gateways[0]).Ring;
        Assert.Equal("web-3", ring.MemberAt(ring.Owner(50ul << 32))!.Value.Id);
        Assert.Equal(ring.OwnerByPoints(150ul << 32), ring.Owner(150ul << 32));
    }

    private static PoolSnapshot PoolOf(IHost gateway) => gateway.Services.GetRequiredService<SnapshotStore>().Current.Pools["items"];

    private long[] Versions() => [.. _gateways.Select(g => PoolOf(g).AssignmentVersion)];

    private Task Agree(string when) => Eventually.IsTrue(
        () => Versions().Distinct().Count() == 1
            && _gateways.TrueForAll(g => RingDifference.Between(PoolOf(_gateways[0]).Ring, PoolOf(g).Ring).MovedShare == 0),
        $"all gateways have one ring {when}", TimeSpan.FromSeconds(60));

    private async Task<KVPair?> Entry()
    {
        try
        {
            return (await _client.Kv.GetAsync("hashbalancer/assignments/items", cancellation: _cancelled)).Value;
        }
        catch (ConsulException)
        {
            return null;
        }
    }

    private Task Put(PoolAssignment assignment) => _client.Kv.PutAsync("hashbalancer/assignments/items", AssignmentFormat.Write(assignment), cancellation: _cancelled);

    private async Task StartRegistry()
    {
        _registry = new RegistryServer(new RegistryOptions { Listen = _address }, TimeProvider.System, NullLoggerFactory.Instance);
        await _registry.StartAsync(_cancelled);
        _address = _registry.Address.Authority;
    }

    private async Task StartGateway(string name)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" }));
        builder.Services.AddSingleton(Options.Create(new CoordinationOptions { GatewayName = name, LockDelay = TimeSpan.FromMilliseconds(250) }));
        builder.Services.AddSingleton(Options.Create(new RebalancingOptions
        {
            Mode = RebalancingMode.On,
            Interval = TimeSpan.FromSeconds(1),
            Blackout = TimeSpan.FromSeconds(1),
            Dwell = TimeSpan.Zero,
            HandOverTime = TimeSpan.FromSeconds(20),
        }));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        _gateways.Add(host);
        host.Services.GetRequiredService<MembershipService>().Apply([new PoolDefinition("items", "web")]);
        await host.StartAsync(_cancelled);
    }

    private static async Task Stop(IHost gateway)
    {
        await gateway.StopAsync(CancellationToken.None);
        gateway.Dispose();
    }

    private Task Register(string id) => _client.Agent.RegisterServiceAsync(new AgentServiceRegistration
    {
        ID = id,
        Name = "web",
        Address = "127.0.0.1",
        Port = 5000,
        Check = new AgentServiceCheck { TTL = GoDuration.From(TimeSpan.FromMinutes(10)), Status = "passing" },
    }, cancellation: _cancelled);

    /// <summary>Counts requests as the data planes of several gateways would, most of them for what one node owns at the start.</summary>
    private sealed class SkewedLoad : IDisposable
    {
        private readonly List<SnapshotStore> _stores;
        private readonly Lock _gate = new();
        private readonly ITimer _timer;

        public SkewedLoad(List<SnapshotStore> stores, string busyNode)
        {
            _stores = [.. stores];
            PoolSnapshot pool = stores[0].Current.Pools["items"];
            var chance = new Random(1);
            ulong[] all = [.. Enumerable.Range(0, 20_000).Select(_ => (ulong)chance.NextInt64(long.MinValue, long.MaxValue))];
            ulong[] keys = [.. all.Where(hash => pool.Owner(hash)!.Id == busyNode || chance.Next(27) == 0).Take(2000)];
            int next = 0;
            _timer = TimeProvider.System.CreateTimer(
                _ =>
                {
                    lock (_gate)
                    {
                        foreach (SnapshotStore store in _stores)
                        {
                            for (int i = 0; i < 20; i++)
                                Count(store.Current.Pools["items"], keys[next++ % keys.Length]);
                        }
                    }
                },
                null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        }

        public void Forget(SnapshotStore store)
        {
            lock (_gate)
                _stores.Remove(store);
        }

        public void Stop() => _timer.Dispose();

        public void Dispose() => Stop();

        private static void Count(PoolSnapshot pool, ulong hash)
        {
            Node node = pool.Owner(hash)!;
            node.Load.Pool.CountKey(hash);
            node.Load.Begin();
            node.Load.End(failed: false);
            node.Load.Report(0.5f, (uint)Environment.TickCount);
        }
    }
}
