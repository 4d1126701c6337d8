using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison;

/// <summary>The comparison with real proxies and backends, shortened: does each serve, hash, and end?</summary>
public sealed class ComparisonRunTests : IDisposable
{
    private static readonly RoundPlan Short = new(2, TimeSpan.FromMilliseconds(1000), TimeSpan.FromMilliseconds(100), 2);

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("comparison-");
    private readonly StringWriter _log = new();

    public void Dispose() => _scratch.Delete(recursive: true);

    public static TheoryData<string> Peers => [.. PeerList.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Peers))]
    public async Task Run_Peer_ServesEveryRequestAndLeavesNoProcess(string name)
    {
        SkipUnlessPossible();
        IPeer peer = PeerList.All.Single(p => p.Name == name);
        if (peer.Missing(Front.Plain) is { } reason)
            Assert.Skip(reason);
        var watched = new WatchedPeer(peer);

        ComparisonReport report = await Run(watched);

        PeerResult result = Assert.Single(report.Peers);
        Assert.Empty(report.Missing);
        Assert.Equal([1, 2], result.Rounds.Select(r => r.Number));
        Assert.All(result.Rounds, r => Assert.Equal((0, true), (r.Failed, r.Requests > 0)));

        // A bound passes keys on when a node is busy; few of them.
        Assert.All(result.Rounds, r => Assert.InRange(r.Affinity!.OffOwner, 0, name is "HAProxy" or "HashBalancer" ? 0.5 : 0));
        Assert.Equal(name == "(no proxy)", result.Median.CpuMicroseconds is null);
        Assert.True(watched.Pid is null || !ProcessUsage.IsAlive(watched.Pid.Value));
    }

    [Fact]
    public async Task Run_WithWrk_SaturatesWithEveryKey()
    {
        SkipUnlessPossible();
        var wrk = new WrkClient(_scratch, new OwnClient(TimeProvider.System));
        if (wrk.Missing() is { } reason)
            Assert.Skip(reason);

        ComparisonReport report = await Run(wrk, new DirectPeer());

        PeerResult result = Assert.Single(report.Peers);
        Assert.Equal("wrk", report.Client);
        Assert.All(result.Rounds, r => Assert.Equal((0, true, null), (r.Failed, r.Requests > 0, r.Affinity)));
        Assert.Contains("wrk.format(\"GET\", [==[/items/]==] .. key .. [==[]==], { [\"X-User-Id\"] = [==[]==] .. key .. [==[]==] }, nil)",
            await File.ReadAllTextAsync(Path.Combine(_scratch.FullName, "wrk.lua")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PeerThatIsNotInstalled_IsNamedAndTheOthersRun()
    {
        SkipUnlessPossible();

        ComparisonReport report = await Run(new DirectPeer(), new MissingPeer());

        Assert.Equal(["Varnish: it is not installed"], report.Missing);
        Assert.Equal("(no proxy)", Assert.Single(report.Peers).Name);
        Assert.Contains("missing Varnish: it is not installed", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProxyThatDoesNotStart_SaysWhyAndEndsTheOthers()
    {
        SkipUnlessPossible();
        var watched = new WatchedPeer(new StockYarpPeer());

        TargetException e = await Assert.ThrowsAsync<TargetException>(() => Run(watched, new BrokenPeer()));

        Assert.Equal($"broken ended:{Environment.NewLine}no such thing", WithoutPid(e.Message));
        Assert.False(ProcessUsage.IsAlive(watched.Pid!.Value));
    }

    private static string WithoutPid(string message) =>
        string.Join(Environment.NewLine, message.Split(Environment.NewLine).Where(l => !l.StartsWith("pid ", StringComparison.Ordinal)));

    private static void SkipUnlessPossible()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The comparison runs on Linux alone.");
        if (CpuAffinity.Allowed().Count < 2)
            Assert.Skip("The comparison needs two cores.");
    }

    private Task<ComparisonReport> Run(params IPeer[] peers) => Run(new OwnClient(TimeProvider.System), peers);

    private Task<ComparisonReport> Run(IClient client, params IPeer[] peers) => new ComparisonRun(
        peers, WorkloadList.All[WorkloadList.Default], client, Short, Cores.Choose(), _scratch,
        () => GatewayAssembly.Find(given: null), [], TimeProvider.System, _log).Run(CancellationToken.None);

    private sealed class WatchedPeer(IPeer peer) : IPeer
    {
        public int? Pid { get; private set; }

        public string Name => peer.Name;

        public bool IsYardstick => peer.IsYardstick;

        public string? Missing(Front front) => peer.Missing(front);

        public async Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation)
        {
            RunningPeer running = await peer.Start(context, cancellation);
            Pid = running.Pid;
            return running;
        }
    }

    private sealed class MissingPeer : IPeer
    {
        public string Name => "Varnish";

        public bool IsYardstick => true;

        public string? Missing(Front front) => "it is not installed";

        public Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation) => throw new InvalidOperationException("It is missing.");
    }

    private sealed class BrokenPeer : IPeer
    {
        public string Name => "broken";

        public bool IsYardstick => false;

        public string? Missing(Front front) => null;

        public Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation) => Leash.Start(
            this, "", context, new Uri($"http://127.0.0.1:{FreePort.Next()}"), "/bin/sh", ["-c", "echo no such thing >&2"], cancellation);
    }
}
