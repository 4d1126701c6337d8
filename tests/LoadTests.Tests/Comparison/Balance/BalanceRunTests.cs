using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison.Balance;

/// <summary>The comparison of balance with real proxies and nodes, shortened: does each serve, keep to its keys' nodes, and end?</summary>
public sealed class BalanceRunTests : IDisposable
{
    private static readonly BalancePlan Short = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), AtOnce: 4, RateShare: 0.1);

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("balance-");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public async Task Run_EveryPeer_ServesTheSameRequests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && CpuAffinity.Allowed().Count >= 2, "needs Linux and two cores");
        IBalancePeer[] peers = [.. BalancePeers.All.Where(peer => peer.Missing is null)];
        using var log = new StringWriter();
        var run = new BalanceRun(Short, Cores.Choose().Proxy, _scratch, () => GatewayAssembly.Find(null), [], TimeProvider.System, log);

        IReadOnlyList<BalanceResult> results = await run.Run(BalanceScenario.All.Single(s => s.Name == "unlike-1.1"), peers, TestContext.Current.CancellationToken);

        Assert.Equal(peers.Select(peer => peer.Name), results.Select(result => result.Name));
        Assert.All(results, result => Assert.Equal((results[0].Requests, 0), (result.Requests, result.Failed)));
        Assert.All(results, result => Assert.InRange(result.Requests, 20, 2000));
        Assert.All(results, result => Assert.InRange(result.HitRatio, 0.05, 0.99));
        Assert.All(results, result => Assert.InRange(result.MaxOverMean, 1, 10));
        Assert.All(results.Where(result => result.Name is BalancePeers.RingAlone or "HAProxy" or "nginx"), result => Assert.InRange(result.OffOwner, 0, 0.05));
    }
}
