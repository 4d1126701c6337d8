using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Registry;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Control.Tests;

/// <summary>The control plane over real sockets and a registry that keeps Consul's contract.</summary>
public sealed class EmbeddedRegistryTests : IAsyncLifetime
{
    private static readonly PoolDefinition Items = new("items", "web");

    private readonly CancellationToken _cancelled = TestContext.Current.CancellationToken;
    private RegistryServer? _registry;
    private string _address = "127.0.0.1:0";
    private ConsulClient _agent = null!;
    private IHost? _host;

    public async ValueTask InitializeAsync()
    {
        await StartRegistry();
        _agent = new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            _host.Dispose();
        }

        _agent.Dispose();
        if (_registry is not null)
            await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Instances_JoinDrainFailAndLeave_SnapshotFollows()
    {
        SnapshotStore store = await StartControl();
        await Register("web-1");
        await Register("web-2");
        await Shows(store, "web-1 Up, web-2 Up");

        await _agent.Agent.SetServiceMaintenanceAsync("web-1", enable: true, cancellation: _cancelled);
        await Shows(store, "web-1 Draining, web-2 Up");
        await _agent.Agent.SetServiceMaintenanceAsync("web-1", enable: false, cancellation: _cancelled);
        await _agent.Agent.UpdateCheckAsync("service:web-2", "critical", cancellation: _cancelled);
        await Shows(store, "web-1 Up, web-2 Down");
        Assert.Equal(1, store.Current.Pools["items"].Ring.Count);

        await _agent.Agent.DeregisterServiceAsync("web-1", _cancelled);
        await _agent.Agent.DeregisterServiceAsync("web-2", _cancelled);
        await Shows(store, "");
    }

    [Fact]
    public async Task Registration_WithWeightAndZone_ReachesTheNode()
    {
        SnapshotStore store = await StartControl();
        await Register("web-1", new() { ["hashbalancer-weight"] = "2.5", ["zone"] = "rack-7" });
        await Shows(store, "web-1 Up");
        Node node = store.Current.Pools["items"].Nodes[0];
        Assert.Equal((2.5, "rack-7", "http://127.0.0.1:5000/"), (node.Weight, node.Zone, node.Address));
    }

    [Fact]
    public async Task Registration_WithRouteAndHashKeys_IsAnnounced()
    {
        await StartControl();
        AnnouncementService announcements = _host!.Services.GetRequiredService<AnnouncementService>();
        await Register("web-1", tags: ["hashbalancer.route=/web/{**rest}", "hashbalancer.hash-keys=header:X-User-Id,client-ip"]);
        await Eventually.IsTrue(() => announcements.Current.Length == 1, "the service is announced");
        Assert.Equal(new ServiceAnnouncement("web", [new("/web/{**rest}")], ["header:X-User-Id", "client-ip"]), announcements.Current[0]);

        await _agent.Agent.DeregisterServiceAsync("web-1", _cancelled);
        await Eventually.IsTrue(() => announcements.Current.IsEmpty, "the announcement goes with the service");
    }

    [Fact]
    public async Task Registry_LostAndBackEmpty_PoolKeepsItsNodesUntilTheyReturn()
    {
        SnapshotStore store = await StartControl();
        for (int i = 1; i <= 4; i++)
            await Register($"web-{i}");
        await Shows(store, "web-1 Up, web-2 Up, web-3 Up, web-4 Up");
        RegistryStatus status = _host!.Services.GetRequiredService<RegistryStatus>();

        await _registry!.DisposeAsync();
        await Eventually.IsTrue(() => status.Current.State == RegistryState.Unreachable, "the loss is noticed");
        await Shows(store, "web-1 Up, web-2 Up, web-3 Up, web-4 Up");

        await StartRegistry();
        await Eventually.IsTrue(() => status.Current.Pools["items"].Held == 4, "the empty answer is doubted");
        await Shows(store, "web-1 Up, web-2 Up, web-3 Up, web-4 Up");

        await Register("web-2");
        await Eventually.IsTrue(() => status.Current.Pools["items"].Held == 3, "the first returns");
        foreach (string id in (string[])["web-1", "web-3", "web-4"])
            await Register(id);
        await Eventually.IsTrue(() => status.Current.Pools["items"].Held == 0, "all return");
        await Shows(store, "web-1 Up, web-2 Up, web-3 Up, web-4 Up");

        await _agent.Agent.DeregisterServiceAsync("web-3", _cancelled);
        await Shows(store, "web-1 Up, web-2 Up, web-4 Up");
    }

    [Fact]
    public async Task Registry_NotThereAtStart_PoolFollowsOnceItIs()
    {
        await _registry!.DisposeAsync();
        SnapshotStore store = await StartControl();
        await Eventually.IsTrue(() => store.Current.Pools["items"].Note is not null, "the loss is noted");
        Assert.Equal(MembershipSource.None, store.Current.Pools["items"].Source);

        await StartRegistry();
        await Register("web-1");
        await Shows(store, "web-1 Up");
        Assert.Null(store.Current.Pools["items"].Note);
    }

    private async Task StartRegistry()
    {
        _registry = new RegistryServer(new RegistryOptions { Listen = _address }, TimeProvider.System, NullLoggerFactory.Instance);
        await _registry.StartAsync(_cancelled);
        _address = _registry.Address.Authority;
    }

    private async Task<SnapshotStore> StartControl()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => new ConsulClient(new ConsulClientOptions { Address = $"http://{_address}" }));
        builder.Services.AddHashBalancerControl().AddHashBalancerAnnouncements().AddHashBalancerAnnouncements();
        _host = builder.Build();
        _host.Services.GetRequiredService<MembershipService>().Apply([Items]);
        await _host.StartAsync(_cancelled);
        return _host.Services.GetRequiredService<SnapshotStore>();
    }

    private Task Register(string id, Dictionary<string, string>? meta = null, string[]? tags = null) => _agent.Agent.RegisterServiceAsync(new AgentServiceRegistration
    {
        ID = id,
        Name = "web",
        Address = "127.0.0.1",
        Port = 5000,
        Meta = meta,
        Tags = tags,
        Check = new AgentServiceCheck { TTL = GoDuration.From(TimeSpan.FromMinutes(10)), Status = "passing" },
    }, cancellation: _cancelled);

    private static Task Shows(SnapshotStore store, string nodes) => Eventually.IsTrue(
        () => string.Join(", ", store.Current.Pools["items"].Nodes.Select(n => $"{n.Id} {n.State}")) == nodes, $"the snapshot shows '{nodes}'");
}
