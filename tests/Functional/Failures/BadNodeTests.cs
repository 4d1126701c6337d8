using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Failures;

/// <summary>Nodes that live and answer errors.</summary>
public sealed class BadNodeTests
{
    [Fact]
    public async Task Node_Answers500AtOnce_IsEjectedWithin10SecondsAndGetsProbesOnly()
    {
        await using RunningGateway gateway = await Start("--HashBalancer:Pools:demo:Outliers:EjectionTime=00:00:00.300");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 5);
        try
        {
            FickleNode bad = nodes[3];
            await using (SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200))
            {
                await Eventually.IsTrue(() => bad.Requests > 20, "the node serves");
                bad.IsBad = true;
                await Eventually.IsTrue(async () => await Ejections(gateway) > 0, "the node is ejected", TimeSpan.FromSeconds(10));
            }

            // The answer is with the client before it is counted.
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_requests_total", "node=\"n-3\"") == bad.Requests, "what was in flight is over");
            // From here on each request that reaches the node is a probe, and each probe fails and ejects it anew.
            long before = bad.Requests;
            double ejections = await Ejections(gateway);
            await using (SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200))
            {
                await Eventually.IsTrue(async () => await Ejections(gateway) >= ejections + 3, "three probes have failed");
                await load.Stop();
                Assert.InRange(load.Faults.Count, 3, load.Answered / 20);
            }

            await Eventually.IsTrue(async () => await Ejections(gateway) - ejections == bad.Requests - before, "each request was a probe that ejected the node anew");

            bad.IsBad = false;
            await using SteadyLoad after = SteadyLoad.Start(gateway, perSecond: 200);
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes_ejected", "node=\"n-3\"") == 0, "the mended node is back", TimeSpan.FromSeconds(30));
            long back = bad.Requests;
            await Eventually.IsTrue(() => bad.Requests > back + 20, "and serves its keys");
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Pool_ThreeOfFiveNodesBad_PanicsServesByKeyAndCalmsDown()
    {
        await using RunningGateway gateway = await Start(
            "--HashBalancer:Pools:demo:Outliers:MaxEjectedShare=1", "--HashBalancer:Pools:demo:Outliers:EjectionTime=00:00:00.300");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 5);
        try
        {
            string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"user-{i}")];
            Dictionary<string, string> owners = await Owners(gateway, keys);
            foreach (FickleNode node in nodes[..3])
                node.IsBad = true;
            await using (SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200))
                await Eventually.IsTrue(async () => await Panicking(gateway) == 1, "the pool panics", TimeSpan.FromSeconds(30));

            // Every node serves its own keys again, the bad ones with what they have to say: nobody gets the gateway's own 503.
            foreach (string key in keys)
            {
                using HttpResponseMessage response = await gateway.Get("/items/1", key);
                Assert.Equal(owners[key], await response.Content.ReadAsStringAsync());
                Assert.Equal(owners[key] is "n-3" or "n-4" ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, response.StatusCode);
            }

            foreach (FickleNode node in nodes)
                node.IsBad = false;
            await using (SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200))
                await Eventually.IsTrue(async () => await Panicking(gateway) == 0 && await gateway.Metric("hashbalancer_nodes_ejected") == 0, "the pool is calm", TimeSpan.FromSeconds(30));
            Assert.Equal(owners, await Owners(gateway, keys));
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Node_FailsTheGatewaysOwnChecks_IsPassedOverUntilItPassesThem()
    {
        await using RunningGateway gateway = await Start("--HashBalancer:Pools:demo:Checks:Path=/health", "--HashBalancer:Pools:demo:Checks:Interval=00:00:00.100");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 3);
        try
        {
            string[] keys = [.. Enumerable.Range(0, 60).Select(i => $"user-{i}")];
            Dictionary<string, string> before = await Owners(gateway, keys);
            nodes[1].IsSick = true;
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes_unhealthy", "node=\"n-1\"") == 1, "the sick node is noticed", TimeSpan.FromSeconds(30));
            Dictionary<string, string> during = await Owners(gateway, keys);
            Assert.DoesNotContain("n-1", during.Values);
            Assert.All(keys, key => Assert.Equal(before[key] == "n-1", during[key] != before[key]));
            Assert.True(await gateway.Metric("hashbalancer_checks_total", "result=\"failed\"") >= 3, "three checks have failed");

            nodes[1].IsSick = false;
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes_unhealthy") == 0, "the cured node is noticed", TimeSpan.FromSeconds(30));
            Assert.Equal(before, await Owners(gateway, keys));
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    private static Task<RunningGateway> Start(params string[] arguments) =>
        RunningGateway.Start("run", ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), .. arguments]);

    private static Task<double> Ejections(RunningGateway gateway) => gateway.Metric("hashbalancer_ejections_total", "node=\"n-3\"");

    private static Task<double> Panicking(RunningGateway gateway) => gateway.Metric("hashbalancer_pools_panicking");

    private static async Task<Dictionary<string, string>> Owners(RunningGateway gateway, string[] keys)
    {
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            using HttpResponseMessage response = await gateway.Get("/items/1", key);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            owners.Add(key, await response.Content.ReadAsStringAsync());
        }

        return owners;
    }
}
