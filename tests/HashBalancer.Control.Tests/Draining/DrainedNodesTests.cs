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

/// <summary>Several gateways' control planes over one registry: who drains in one drains in all.</summary>
public sealed class DrainedNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;
    private readonly List<IHost> _gateways = [];
    private RegistryServer _registry = null!;
    private string _address = "127.0.0.1:0";
    private ConsulClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await StartRegistry();
        _client = new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" });
        await Register("a");
        await Register("b");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHost gateway in _gateways)
        {
            await gateway.StopAsync(CancellationToken.None);
            gateway.Dispose();
        }

        _client.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Set_InOneGateway_HoldsInAllAndInThoseThatStartLater()
    {
        IHost one = await StartGateway("one"), other = await StartGateway("other");

        await Drains(one).SetAsync("items", "a", drain: true, _cancelled);
        Assert.Equal(NodeState.Draining, StateOf(one, "a"));
        await Is(other, "a", NodeState.Draining);
        IHost late = await StartGateway("late");
        await Is(late, "a", NodeState.Draining);
        Assert.Equal(NodeState.Up, StateOf(late, "b"));

        await Drains(late).SetAsync("items", "a", drain: false, _cancelled);
        Assert.Equal(NodeState.Up, StateOf(late, "a"));
        await Is(one, "a", NodeState.Up);
        await Is(other, "a", NodeState.Up);
    }

    [Fact]
    public async Task DrainedNode_LeavesTheRegistry_IsForgottenThere()
    {
        IHost gateway = await StartGateway("one");
        await Drains(gateway).SetAsync("items", "a", drain: true, _cancelled);
        Assert.Equal(["hashbalancer/drains/items/a"], await Entries());

        await _client.Agent.DeregisterServiceAsync("a", _cancelled);

        await Eventually.IsTrue(async () => (await Entries()).Length == 0, "the entry goes", Limit);
        await Register("a");
        await Is(gateway, "a", NodeState.Up);
    }

    [Fact]
    public async Task Registry_ForgetsEverything_IsToldAgain()
    {
        IHost gateway = await StartGateway("one");
        await Drains(gateway).SetAsync("items", "a", drain: true, _cancelled);

        await _registry.DisposeAsync();
        await StartRegistry();
        await Register("b");
        await Register("a");

        await Eventually.IsTrue(async () => (await Entries()).SequenceEqual(["hashbalancer/drains/items/a"]), "the registry knows the drain again", Limit);
        // A moment later where the gateway heard of the node without its entry first.
        await Is(gateway, "a", NodeState.Draining);
    }

    [Fact]
    public async Task Registry_CannotBeTold_ChangesNothing()
    {
        IHost gateway = await StartGateway("one");
        await _registry.DisposeAsync();

        await Assert.ThrowsAnyAsync<ConsulException>(() => Drains(gateway).SetAsync("items", "a", drain: true, _cancelled));

        Assert.Equal(NodeState.Up, StateOf(gateway, "a"));
        await StartRegistry();
    }

    [Theory]
    [InlineData("items", "web-1")]
    [InlineData("a/b c", "x/y:z")]
    public void Keys_OfPoolAndNode_AreReadBack(string pool, string node)
    {
        var keys = new CoordinationKeys("some/folder/leader");

        Assert.StartsWith("some/folder/drains/", keys.Drain(pool, node), StringComparison.Ordinal);
        Assert.Equal((pool, node), keys.OfDrain(keys.Drain(pool, node)));
        Assert.Null(keys.OfDrain(keys.Drains + "stray"));
    }

    private static DrainedNodes Drains(IHost gateway) => gateway.Services.GetRequiredService<DrainedNodes>();

    private static NodeState? StateOf(IHost gateway, string node) =>
        gateway.Services.GetRequiredService<SnapshotStore>().Current.Pools["items"].Nodes.FirstOrDefault(n => n.Id == node)?.State;

    private static Task Is(IHost gateway, string node, NodeState state) => Eventually.IsTrue(() => StateOf(gateway, node) == state, $"{node} is {state}", Limit);

    private async Task<string[]> Entries()
    {
        try
        {
            return [.. await Keys()];
        }
        catch (ConsulException)
        {
            return ["unreachable"];
        }

        async Task<IReadOnlyList<string>> Keys() => (await _client.Kv.KeysAsync("hashbalancer/drains/", cancellation: _cancelled)).Value;
    }

    private async Task StartRegistry()
    {
        _registry = new RegistryServer(new RegistryOptions { Listen = _address }, TimeProvider.System, NullLoggerFactory.Instance);
        await _registry.StartAsync(_cancelled);
        _address = _registry.Address.Authority;
    }

    private async Task<IHost> StartGateway(string name)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" }));
        builder.Services.AddSingleton(Options.Create(new CoordinationOptions { GatewayName = name }));
        builder.Services.AddSingleton(Options.Create(new RebalancingOptions { Mode = RebalancingMode.Off }));
        builder.Services.AddHashBalancerControl();
        IHost host = builder.Build();
        _gateways.Add(host);
        host.Services.GetRequiredService<MembershipService>().Apply([new PoolDefinition("items", "web")]);
        await host.StartAsync(_cancelled);
        await Eventually.IsTrue(() => StateOf(host, "a") is not null && StateOf(host, "b") is not null, "the nodes are known", Limit);
        return host;
    }

    private Task Register(string id) => _client.Agent.RegisterServiceAsync(new AgentServiceRegistration
    {
        ID = id,
        Name = "web",
        Address = "127.0.0.1",
        Port = 5000,
        Check = new AgentServiceCheck { TTL = GoDuration.From(TimeSpan.FromMinutes(10)), Status = "passing" },
    }, cancellation: _cancelled);
}
