using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Failures;

/// <summary>A node's process is killed under load.</summary>
public sealed class KilledNodeTests
{
    [Fact]
    public async Task Kill9_OneOfFiveNodesAt500RequestsPerSecond_FailsNoIdempotentRequest()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "5");
        await gateway.NodesUp(5);
        int victim = ProcessTable.ChildrenOf(gateway.Process.Id).Single(pid => ProcessTable.ArgumentsOf(pid).Contains("node-2"));

        await using SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 500);
        await Eventually.IsTrue(() => load.Answered >= 500, "the load runs");
        ProcessTable.Signal(victim, ProcessTable.KillNow);
        // The registry notices by the node's TTL; until then the gateway is on its own.
        await Eventually.IsTrue(async () => await gateway.Ready("\"down\": 1"), "the registry has noticed", TimeSpan.FromSeconds(60));
        long noticed = load.Answered;
        await Eventually.IsTrue(() => load.Answered >= noticed + 500, "the load goes on", TimeSpan.FromSeconds(60));
        long answered = await load.Stop();

        Assert.Empty(load.Faults);
        double tries = await gateway.Metric("hashbalancer_requests_total", "pool=\"demo\"");
        Assert.InRange(tries / answered, 1, 1.1);
        Assert.True(await gateway.Metric("hashbalancer_retries_total", "result=\"retried\"") > 0, "no request met the killed node");
    }
}
