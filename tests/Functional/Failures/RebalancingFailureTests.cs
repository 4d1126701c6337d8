using System.Collections.Concurrent;
using System.Globalization;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Failures;

/// <summary>What requests and arcs notice of leaders that are killed, of a registry that goes away, and of nodes that lie.</summary>
public sealed class RebalancingFailureTests : IAsyncLifetime
{
    private const string Plans = "hashbalancer_rebalancing_plans_total", Moves = "hashbalancer_rebalancing_moves_total", Version = "hashbalancer_rebalancing_version";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<ChildProcess> _registries = [];
    private readonly List<RunningGateway> _gateways = [];
    private readonly ConcurrentDictionary<RunningGateway, bool> _killed = new();
    private readonly CancellationTokenSource _done = new();
    private readonly int _port = FreePort.Next();
    private FickleNode[] _nodes = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        foreach (RunningGateway gateway in _gateways)
            await gateway.DisposeAsync();
        foreach (ChildProcess registry in _registries)
            await registry.DisposeAsync();
        foreach (FickleNode node in _nodes)
            await node.DisposeAsync();
        _done.Dispose();
    }

    [Fact]
    public async Task Leader_KilledTwiceUnderLoad_AnotherPlansAndMovesNothingAtFirst()
    {
        await StartRegistry();
        for (int i = 0; i < 3; i++)
            await StartGateway();
        await StartNodes();
        Task<int>[] clients = Load();
        await Eventually.IsTrue(async () => await _gateways[0].Metric(Version) > 0, "the first assignment", Patience);

        for (int kill = 0; kill < 2; kill++)
        {
            RunningGateway leader = await Leader();
            _killed[leader] = true;
            leader.Process.Kill();
            RunningGateway next = await Leader();
            double moved = 0, plans = 0;
            await Eventually.IsTrue(
                async () =>
                {
                    moved = await next.Metric(Moves);
                    return (plans = await next.Metric(Plans)) > 0;
                },
                "the next leader plans", Patience);
            // It looks on for ten plans first; a test that was held up for longer than that saw what came later.
            Assert.True(moved == 0 || plans >= 10, $"{moved} moves by plan {plans}");
            Assert.True(await next.Metric(Version) > 0);
        }

        await _done.CancelAsync();
        Assert.True((await Task.WhenAll(clients)).Sum() > 0);
    }

    [Fact]
    public async Task Registry_GoneUnderLoadAndBackEmpty_KeepsTheAssignmentAndIsToldIt()
    {
        await StartRegistry();
        RunningGateway gateway = await StartGateway();
        await StartNodes();
        Task<int>[] clients = Load();
        await Eventually.IsTrue(async () => await gateway.Metric(Version) > 0, "the first assignment", Patience);
        _registries[0].Kill();
        await _registries[0].Exit();
        double version = await gateway.Metric(Version), overrides = await gateway.Metric("hashbalancer_rebalancing_overrides");
        await Eventually.IsTrue(() => gateway.Ready("Unreachable"), "the gateway notices", Patience);
        Assert.Equal((version, overrides), (await gateway.Metric(Version), await gateway.Metric("hashbalancer_rebalancing_overrides")));

        await StartRegistry();
        foreach (FickleNode node in _nodes)
            await node.RegisterAsync(gateway);
        await Eventually.IsTrue(
            async () =>
            {
                using HttpResponseMessage entry = await gateway.Client.GetAsync(new Uri(gateway.Registry, "/v1/kv/hashbalancer/assignments/demo?raw"));
                return entry.IsSuccessStatusCode;
            },
            "the registry is told what is in force", Patience);
        Assert.True(await gateway.Metric(Version) >= version);
        await _done.CancelAsync();
        Assert.True((await Task.WhenAll(clients)).Sum() > 0);
    }

    [Fact]
    public async Task Reports_ThatLie_AreCountedAndMoveNoMoreThanTheBudget()
    {
        await StartRegistry();
        RunningGateway gateway = await StartGateway();
        await StartNodes();
        string[] lies = ["TEXT application_utilization=-1", "TEXT application_utilization=NaN", "TEXT cpu_utilization=1e9", "JSON {\"application_utilization\":", "much", "TEXT rps=1"];
        int next = 0;
        _nodes[0].Report = () => lies[Interlocked.Increment(ref next) % lies.Length];
        // A gateway that is none, and agents of nodes that are none.
        foreach ((string key, string value) in new[] { ("loads/liar/demo", "{\"v\":2}"), ("loads/other/demo", "no summary"), ("heartbeats/stranger", "TEXT application_utilization=1e9") })
            (await gateway.Client.PutAsync(new Uri(gateway.Registry, $"/v1/kv/hashbalancer/{key}"), new StringContent(value))).EnsureSuccessStatusCode();
        Task<int>[] clients = Load();
        foreach (string result in (string[])["out-of-range", "malformed", "silent", "taken"])
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_load_reports_total", $"result=\"{result}\"") > 10, $"reports are {result}", Patience);
        await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_rebalancing_refused_total", "reason=\"malformed\"") > 0, "summaries are refused", Patience);
        await Eventually.IsTrue(async () => await gateway.Metric(Plans) >= 15, "plans are made", Patience);
        Assert.InRange(await gateway.Metric("hashbalancer_rebalancing_moved_total"), 0, 0.09 + 1e-6);
        await _done.CancelAsync();
        Assert.True((await Task.WhenAll(clients)).Sum() > 0);
    }

    private async Task StartRegistry()
    {
        ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"));
        _registries.Add(registry);
        await registry.LineAfter("registry ");
    }

    private async Task<RunningGateway> StartGateway()
    {
        RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), string.Create(CultureInfo.InvariantCulture, $"--HashBalancer:Consul:Address=http://127.0.0.1:{_port}"),
            "--HashBalancer:Rebalancing:Mode=On", "--HashBalancer:Rebalancing:Interval=00:00:01");
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>Four nodes, of which one says that it is three times as busy as the others.</summary>
    private async Task StartNodes()
    {
        _nodes = await FickleNode.StartFor(_gateways[0], 4);
        foreach (FickleNode node in _nodes)
            node.Report = () => "TEXT application_utilization=0.3";
        _nodes[3].Report = () => "TEXT application_utilization=0.9";
        foreach (RunningGateway gateway in _gateways)
            await gateway.NodesUp(_nodes.Length);
    }

    private Task<int>[] Load() => [.. _gateways.SelectMany(gateway => Enumerable.Range(0, 2).Select(i => Ask(gateway, seed: i)))];

    /// <summary>A client until it is told to end, or its gateway was killed; a request that fails otherwise fails the test.</summary>
    private async Task<int> Ask(RunningGateway gateway, int seed)
    {
        var chance = new Random(seed);
        int requests = 0;
        for (; !_done.IsCancellationRequested; requests++)
        {
            try
            {
                using HttpResponseMessage response = await gateway.Get("/items/1", $"user-{(int)Math.Pow(2000, chance.NextDouble())}");
                Assert.True(response.IsSuccessStatusCode || _killed.ContainsKey(gateway), $"Request {requests} got {(int)response.StatusCode}.");
            }
            catch (Exception error) when (_killed.ContainsKey(gateway) && error is HttpRequestException or IOException or OperationCanceledException)
            {
                return requests;
            }
        }

        return requests;
    }

    private async Task<RunningGateway> Leader()
    {
        RunningGateway? leader = null;
        await Eventually.IsTrue(
            async () =>
            {
                foreach (RunningGateway gateway in _gateways.Where(gateway => !_killed.ContainsKey(gateway)))
                {
                    if (await gateway.Ready("\"isLeader\": true"))
                        leader = gateway;
                }

                return leader is not null;
            },
            "a gateway leads", Patience);
        return leader!;
    }
}
