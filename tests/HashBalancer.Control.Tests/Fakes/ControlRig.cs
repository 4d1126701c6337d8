using System.Diagnostics.Metrics;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control.Tests;

/// <summary>The control plane of one gateway over a fake registry and a clock that the test moves.</summary>
internal sealed class ControlRig : IAsyncDisposable
{
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public ControlRig(TimeSpan? minimumInterval = null, TimeSpan? lossGrace = null, FakeFileStore? files = null, string? lastKnownGoodFile = null)
    {
        MeterFactory = _meters.GetRequiredService<IMeterFactory>();
        Status = new RegistryStatus(() => "http://registry:8500", Time, StatusLog);
        Telemetry = new ControlTelemetry(MeterFactory, Store, Status, Time);
        Publisher = new SnapshotPublisher(
            Store, Loads, Telemetry, Time, Options.Create(new PublishingOptions { MinimumInterval = minimumInterval ?? TimeSpan.Zero }), PublisherLog);
        IOptions<MembershipOptions> options = Options.Create(new MembershipOptions { LossGrace = lossGrace ?? TimeSpan.FromSeconds(30), LastKnownGoodFile = lastKnownGoodFile });
        Known = new LastKnownGood(files ?? new FakeFileStore(), Time, options, KnownLog);
        Membership = new MembershipService(Source, Publisher, Status, Telemetry, Known, Time, options, MembershipLog);
        Announcements = new AnnouncementService(Source, Status, Telemetry, Known, Time, options, AnnouncementLog);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeRegistrySource Source { get; } = new();

    public SnapshotStore Store { get; } = new();

    public LoadTable Loads { get; } = new();

    public IMeterFactory MeterFactory { get; }

    public ListLogger<RegistryStatus> StatusLog { get; } = new();

    public ListLogger<SnapshotPublisher> PublisherLog { get; } = new();

    public ListLogger<MembershipService> MembershipLog { get; } = new();

    public ListLogger<LastKnownGood> KnownLog { get; } = new();

    public ListLogger<AnnouncementService> AnnouncementLog { get; } = new();

    public RegistryStatus Status { get; }

    public ControlTelemetry Telemetry { get; }

    public SnapshotPublisher Publisher { get; }

    public MembershipService Membership { get; }

    public LastKnownGood Known { get; }

    /// <summary>Not started by <see cref="Start"/>.</summary>
    public AnnouncementService Announcements { get; }

    public Snapshot Current => Store.Current;

    public PoolSnapshot Pool(string name) => Store.Current.Pools[name];

    /// <summary>The ids of a pool's nodes.</summary>
    public IEnumerable<string> Ids(string pool) => Pool(pool).Nodes.Select(n => n.Id);

    public Task Published() => Publisher.WhenPublished().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

    public async Task Start(params PoolDefinition[] pools)
    {
        Membership.Apply(pools);
        await Known.StartAsync(CancellationToken.None);
        await Membership.StartAsync(CancellationToken.None);
        await Published();
    }

    /// <summary>In the order in which a host stops.</summary>
    public async Task Stop()
    {
        await Announcements.StopAsync(CancellationToken.None);
        await Membership.StopAsync(CancellationToken.None);
        await Known.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Known.Dispose();
        Publisher.Dispose();
        await _meters.DisposeAsync();
    }
}
