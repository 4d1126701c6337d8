using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class AnnouncementServiceTests
{
    private static readonly ServiceTags Web = new("web", ["hashbalancer.route=/web/{**rest}", "hashbalancer.hash-keys=path"]);
    private static readonly ServiceTags Api = new("api", ["v2", "hashbalancer.route=api.example.org/"]);
    private static readonly ServiceTags Plain = new("consul", []);

    [Fact]
    public async Task Answer_ServicesWithRoutes_AreAnnouncedInOrder()
    {
        await using ControlRig rig = new();
        int changes = 0;
        rig.Announcements.Changed += (_, _) => changes++;
        await rig.Announcements.StartAsync(CancellationToken.None);
        Assert.Empty(rig.Announcements.Current);
        await Give(rig, 5, Web, Plain, Api);

        Assert.Equal(
            [new ServiceAnnouncement("api", [new("/", "api.example.org")], []), new ServiceAnnouncement("web", [new("/web/{**rest}")], ["path"])],
            rig.Announcements.Current);
        await Give(rig, 6, Plain, Api, Web);
        Assert.Equal(1, changes);
        await Give(rig, 7, Plain, Api);
        Assert.Equal(2, changes);
        Assert.Equal(["api"], rig.Announcements.Current.Select(a => a.Service));
        Assert.Equal((RegistryState.Reachable, 7UL), (rig.Status.Current.State, rig.Status.Current.Announcements!.Index));
    }

    [Fact]
    public async Task Answer_MalformedTag_IsWarnedOfOnce()
    {
        await using ControlRig rig = new();
        await rig.Announcements.StartAsync(CancellationToken.None);
        await Give(rig, 5, new ServiceTags("web", ["hashbalancer.route=nowhere"]), new ServiceTags("a\nb", ["hashbalancer.route=/"]));
        await Give(rig, 6, new ServiceTags("web", ["hashbalancer.route=nowhere"]));
        Assert.Empty(rig.Announcements.Current);
        Assert.Equal(
            ["Warning: Announced services: service 'web': tag 'hashbalancer.route=nowhere' has no path; the form is [HOST]/PATH, such as /items/{**rest} or api.example.org/items/{**rest}. The route is left out"],
            rig.AnnouncementLog.Lines);
    }

    [Fact]
    public async Task Registry_LostAndBackEmpty_AnnouncementsAreHeld()
    {
        await using ControlRig rig = new();
        await rig.Announcements.StartAsync(CancellationToken.None);
        await Give(rig, 5, Web, Api);
        await rig.Source.Catalog.Give(new RegistryEvent<ServiceTags>.Failure(QueryOutcome.Failed, "connection refused"));
        Assert.Equal(RegistryState.Unreachable, rig.Status.Current.State);
        await Give(rig, 2);
        Assert.Equal(2, rig.Announcements.Current.Length);
        Assert.Equal(2, rig.Status.Current.Announcements!.Held);

        rig.Source.Catalog.NextRead(new RegistryEvent<ServiceTags>.Answer([Web], 3, IsDoubtful: false));
        await Eventually.IsTrue(() => rig.Time.PendingTimers == 1, "the grace is waited for");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.IsTrue(() => rig.Announcements.Current.Length == 1, "what did not return goes");
        Assert.Equal("web", rig.Announcements.Current[0].Service);
    }

    [Fact]
    public async Task Start_RegistryDown_BeginsWithTheLastKnownGoodFile()
    {
        FakeFileStore files = new();
        await using (ControlRig first = new(files: files, lastKnownGoodFile: "/known.json"))
        {
            await first.Start();
            await first.Announcements.StartAsync(CancellationToken.None);
            await Give(first, 5, Web);
        }

        Assert.Equal(5UL, LastKnownGoodFormat.Read(Encoding.UTF8.GetBytes(files.TextOf("/known.json")!)).Announcements!.Index);
        await using ControlRig second = new(files: files, lastKnownGoodFile: "/known.json");
        bool told = false;
        second.Announcements.Changed += (_, _) => told = true;
        await second.Start();
        await second.Announcements.StartAsync(CancellationToken.None);
        Assert.True(told);
        Assert.Equal(["web"], second.Announcements.Current.Select(a => a.Service));

        await Give(second, 4); // A registry younger than the file.
        Assert.Equal(["web"], second.Announcements.Current.Select(a => a.Service));
    }

    [Fact]
    public async Task Stop_KeepsWhatIsKnown()
    {
        ControlRig rig = new();
        await rig.Announcements.StartAsync(CancellationToken.None);
        await Give(rig, 5, Web);
        await rig.DisposeAsync();
        Assert.Equal(0, rig.Source.Catalog.Open);
        Assert.Single(rig.Announcements.Current);
    }

    private static Task Give(ControlRig rig, ulong index, params ServiceTags[] services) =>
        rig.Source.Catalog.Give(new RegistryEvent<ServiceTags>.Answer(services, index, IsDoubtful: false));
}
