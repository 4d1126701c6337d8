using System.Globalization;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>Two gateways, four nodes of which one is slow, and no weights: keys leave the slow one, alike on both gateways.</summary>
public sealed class RebalancingTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Rebalancing_OneNodeSlow_MovesArcsOffItAlikeOnAllGateways()
    {
        await using ChildProcess registryProcess = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0");
        string registry = await registryProcess.LineAfter("registry ");
        List<ChildProcess> nodes = [];
        try
        {
            for (int i = 1; i <= 4; i++)
                nodes.Add(Node(i, registry, slots: i == 4 ? "1" : "4"));
            foreach ((int i, ChildProcess node) in nodes.Index())
                await node.LineAfter($"node-{i + 1} ");
            string[] arguments =
            [
                "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Consul:Address={registry}",
                "--HashBalancer:Rebalancing:Mode=On", "--HashBalancer:Rebalancing:Interval=00:00:01", "--HashBalancer:Rebalancing:Blackout=00:00:03", "--HashBalancer:Rebalancing:Dwell=00:00:05",
            ];
            await using RunningGateway one = await RunningGateway.Start("run", arguments);
            await using RunningGateway other = await RunningGateway.Start("run", arguments);
            RunningGateway[] gateways = [one, other];
            foreach (RunningGateway gateway in gateways)
                await Eventually.IsTrue(async () => (await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"))).IsSuccessStatusCode, "the gateway is ready");

            using var done = new CancellationTokenSource();
            Task<int>[] clients = [.. Enumerable.Range(0, 8).Select(i => Load(gateways[i % 2], seed: i, done.Token))];
            await Eventually.IsTrue(
                async () => Array.Exists(clients, client => client.IsFaulted) || (await Value(one, "hashbalancer_rebalancing_version") >= 2 && await Value(one, "hashbalancer_rebalancing_overrides") > 0), "two assignments are followed, and arcs are away from home", Patience);
            await done.CancelAsync();
            int[] requests = await Task.WhenAll(clients);

            await Eventually.IsTrue(
                async () => await Value(one, "hashbalancer_rebalancing_version") == await Value(other, "hashbalancer_rebalancing_version"), "both gateways follow the same assignment", Patience);
            Assert.True(await Value(one, "hashbalancer_load_reports_total", "result=\"taken\"") > 0, "reports are taken");
            Assert.Equal(0, await Value(one, "hashbalancer_load_reports_total", "result=\"malformed\""));
            Assert.True(await Value(one, "hashbalancer_rebalancing_overrides") > 0, "arcs are away from home");
            // Keys that no client asked for: hot ones are shared, and go where there is room.
            string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"another-{i}")];
            // A last plan may be under way between the two rounds.
            await Eventually.IsTrue(async () => await Moved(one, other, keys) == 0, "both gateways send every key to the same node", Patience);
            output.WriteLine($"{requests.Sum()} requests, none failed; assignment {await Value(one, "hashbalancer_rebalancing_version")}, {await Value(one, "hashbalancer_rebalancing_overrides")} overrides.");
        }
        finally
        {
            foreach (ChildProcess node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<int> Moved(RunningGateway one, RunningGateway other, string[] keys)
    {
        Dictionary<string, string?> here = await one.NodesOf(keys), there = await other.NodesOf(keys);
        return keys.Count(key => here[key] != there[key]);
    }

    private static ChildProcess Node(int number, string registry, string slots) => ChildProcess.StartGateway(
        "sample", "--until-stdin-closes", "--id", $"node-{number}", "--service", "demo", "--registry", registry, "--ttl", "30", "--slots", slots, "--hit", "2", "--miss", "4");

    /// <summary>A client that asks for one key after the other, few of them often; returns how many requests it made. A failed one fails the test.</summary>
    private static async Task<int> Load(RunningGateway gateway, int seed, CancellationToken done)
    {
        var chance = new Random(seed);
        int requests = 0;
        for (; !done.IsCancellationRequested; requests++)
        {
            using HttpResponseMessage response = await gateway.Get("/items/1", $"user-{(int)Math.Pow(2000, chance.NextDouble())}");
            Assert.True(response.IsSuccessStatusCode, $"Request {requests} got {(int)response.StatusCode}.");
        }

        return requests;
    }

    /// <summary>The sum of a metric's samples that carry a label; 0 when there is none.</summary>
    private static async Task<double> Value(RunningGateway gateway, string metric, string label = "") =>
        (await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"))).Split('\n')
            .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line[metric.Length] is ('{' or ' ') && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
