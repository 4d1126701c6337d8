using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Validity;
using HashBalancer.Comparison.Validity.Hosts;
using HashBalancer.Comparison.Validity.Reports;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Tests.Comparison.Validity;

/// <summary>The runner before the reference server. What a busy machine adds is no fault here: the bounds are those that it cannot break.</summary>
public sealed class ValidityRunTests : IDisposable
{
    private static readonly ValidityPlan Plan = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), 1, [1000]);

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("validity-");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public async Task Run_ReferenceServer_ShowsItsLawAndItsPause()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are pinned to cores by Linux's calls");
        (ChildProcess server, string[] addresses) = await OwnProcess.Start(
            "the reference server", Cores.Choose().Proxy, [ReferenceHost.RoleName], TestContext.Current.CancellationToken);
        await using (server)
        {
            var run = new ValidityRun(Plan, _scratch, TimeProvider.System);
            var url = new Uri($"http://{addresses[0]}");
            (long requests, IReadOnlyList<LawQuantile> law) = await run.Law(url, TestContext.Current.CancellationToken);
            IReadOnlyList<PauseView> pauses = await run.Pauses(url, TestContext.Current.CancellationToken);

            // Answers may be late but never early, and the sequence leaves a thousand requests' quantiles uncertain by a few percent.
            Assert.Equal(1000, requests);
            Assert.All(law, q => Assert.InRange(q.ReportedMs, q.TruthMs * 0.9, double.MaxValue));
            Assert.Equal(2, pauses.Count);
            Assert.Equal(4000, pauses[0].Requests);
            Assert.All(pauses, p => Assert.InRange(p.MaxMs, 90, double.MaxValue));
            Assert.InRange(pauses[0].P999Ms, 80, double.MaxValue);
        }
    }
}
