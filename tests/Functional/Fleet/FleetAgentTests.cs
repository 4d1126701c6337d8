using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Fleet;

/// <summary>Agents that manage nodes, as processes before a real gateway.</summary>
public sealed class FleetAgentTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<ChildProcess> _agents = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"fleet-{Guid.NewGuid():N}");

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess agent in _agents)
            await agent.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Workload_ThatCannotServe_IsDeclinedWithItsReasonAndOtherPoolsAreUnharmed()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using RunningGateway gateway = await RunningGateway.Start("run", Pools(("good", 1), ("missing", 1), ("mute", 1), ("taken", 1), ("unknown", 1)));
        string config = Config(new
        {
            good = Sample(),
            missing = new { Command = "/no/such/program" },
            mute = new { Command = "/bin/sleep", Arguments = new[] { "1000" }, StartTimeout = "00:00:01", MemoryLimit = 1L << 30 },
            taken = new { Command = "/bin/sleep", Arguments = new[] { "1000" }, Port = port },
        });
        for (int i = 1; i <= 10; i++)
            Agent(gateway, $"n{i:00}", config);
        JsonElement? state = null;
        await Eventually.IsTrue(async () =>
        {
            state = await FleetStates.Of(gateway);
            return FleetStates.Counts(state) == "good=1 missing=0 mute=0 taken=0 unknown=0" && new[] { "missing", "mute", "taken", "unknown" }.All(pool => Refusals(state, pool).Length == 2);
        }, "each pool that cannot be served is declined twice", Patience);
        Assert.All(Refusals(state, "missing"), reason => Assert.StartsWith("Cannot start '/no/such/program': ", reason, StringComparison.Ordinal));
        Assert.All(Refusals(state, "mute"), reason => Assert.Equal("it was not well within 1 s", reason));
        Assert.All(Refusals(state, "taken"), reason => Assert.Equal($"port {port} is in use", reason));
        Assert.All(Refusals(state, "unknown"), reason => Assert.Equal("this node has nothing to run for pool 'unknown'", reason));
        string why = state!.Value.GetProperty("pools").EnumerateArray().First(pool => pool.GetProperty("name").GetString() == "taken").GetProperty("reason").GetString()!;
        Assert.Contains($"is not tried: port {port} is in use", why, StringComparison.Ordinal);
        using HttpResponseMessage answer = await gateway.Get("/good/x", "alice");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // As it stands in the forms that autoscalers read: what is wanted, whether or not there is a node for it.
        JsonElement replicas = await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/allocation/pools/taken/replicas"));
        Assert.Equal((1, 1), (replicas.GetProperty("replicas").GetInt32(), replicas.GetProperty("shortage").GetInt32()));
        JsonElement external = await gateway.Client.GetFromJsonAsync<JsonElement>(
            new Uri(gateway.Admin, "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/hashbalancer-desired-replicas?labelSelector=pool%3Dtaken"));
        Assert.Equal("ExternalMetricValueList", external.GetProperty("kind").GetString());
        Assert.Equal("1", Assert.Single(external.GetProperty("items").EnumerateArray()).GetProperty("value").GetString());
        Assert.Equal(1, await gateway.Metric("hashbalancer_allocation_desired_replicas", "pool=\"taken\""));

        // The same by the command line.
        await using ChildProcess shown = ChildProcess.StartGateway("allocate", "--admin", gateway.Admin.ToString());
        Assert.Equal(0, await shown.Exit());
        Assert.Contains($"is not tried: port {port} is in use", shown.Output, StringComparison.Ordinal);
        await using ChildProcess pools = ChildProcess.StartGateway("pools", "--admin", gateway.Admin.ToString());
        Assert.Equal(0, await pools.Exit());
        Assert.Contains("pool     wants  due  has  coming  leaving  missing  why", pools.Output, StringComparison.Ordinal);
        Assert.Contains("good     1      1    1    0       0        0        has what it wants", pools.Output, StringComparison.Ordinal);
        Assert.Matches($"taken    1      [01]    0    0       0        1        .*is not tried: port {port} is in use", pools.Output);
        await using ChildProcess tried = ChildProcess.StartGateway("allocate", "--demand", "good:x3", "--admin", gateway.Admin.ToString());
        Assert.Equal(0, await tried.Exit());
        Assert.Contains("good     1      3", tried.Output, StringComparison.Ordinal);

        // And on what an epoch was decided by, long after.
        await using ChildProcess recorded = ChildProcess.StartGateway("allocate", "epoch", "1", "--output", "json", "--admin", gateway.Admin.ToString());
        Assert.Equal(0, await recorded.Exit());
        string file = Path.Combine(_folder, "epoch-1.json");
        await File.WriteAllTextAsync(file, recorded.Output, TestContext.Current.CancellationToken);
        await using ChildProcess late = ChildProcess.StartGateway("allocate", "--file", file, "--demand", "good:x3", "--lose-node", "n01");
        Assert.Equal(0, await late.Exit());
        Assert.Contains("good     1      3", late.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_KilledStoppedAndStartedAgain_LeavesNoProcessAndItsPoolIsMadeWhole()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", Pools(("good", 2)));
        string config = Config(new { good = Sample() });
        for (int i = 1; i <= 3; i++)
            Agent(gateway, $"n{i}", config);
        JsonElement? state = null;
        await Eventually.IsTrue(async () => FleetStates.Counts(state = await FleetStates.Of(gateway)) == "good=2" && (await FleetStates.Ring(gateway.Client, gateway.Admin, "good")).Length == 2, "two nodes serve", Patience);

        // What runs on a node that is killed does not outlive it.
        string lost = FleetStates.Nodes(state).First(node => FleetStates.Lease(node, "pool") == "good").GetProperty("node").GetString()!;
        ChildProcess agent = _agents[lost[1] - '1'];
        int[] ran = [.. ProcessTable.ChildrenOf(agent.Id)];
        Assert.True(ran.Length >= 2, "a guard and a service");
        agent.Kill();
        await Eventually.IsTrue(() => !ran.Any(ProcessTable.IsRunning), "the end of what the killed agent ran", Patience);
        long? seen = null;
        await Eventually.IsTrue(async () =>
        {
            state = await FleetStates.Of(gateway);
            if (FleetStates.Nodes(state).Any(node => node.GetProperty("node").GetString() == lost && !node.GetProperty("available").GetBoolean()))
                seen ??= Stopwatch.GetTimestamp();
            return seen is not null && FleetStates.Counts(state) == "good=2" && (await FleetStates.Ring(gateway.Client, gateway.Admin, "good")).Length == 2;
        }, "another node serves in its place", Patience);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"whole {Stopwatch.GetElapsedTime(seen!.Value).TotalSeconds:0.00} s after the loss was noticed"));

        // It comes back under its id, and serves when it is asked for.
        _agents[lost[1] - '1'] = ChildProcess.StartGateway(Arguments(gateway, lost, config));
        await Eventually.IsTrue(async () => FleetStates.Nodes(await FleetStates.Of(gateway)).Count(node => node.GetProperty("available").GetBoolean()) == 3, "the agent is back", Patience);

        // A stopped agent drains what it ran, and takes it along.
        state = await FleetStates.Of(gateway);
        string stopped = FleetStates.Nodes(state).First(node => FleetStates.Lease(node, "pool") == "good" && node.GetProperty("node").GetString() != lost).GetProperty("node").GetString()!;
        agent = _agents[stopped[1] - '1'];
        ran = [.. ProcessTable.ChildrenOf(agent.Id)];
        agent.Interrupt();
        Assert.Equal(0, await agent.Exit());
        await Eventually.IsTrue(() => !ran.Any(ProcessTable.IsRunning), "the end of what the stopped agent ran", Patience);
        await Eventually.IsTrue(async () => FleetStates.Counts(await FleetStates.Of(gateway)) == "good=2", "the others serve", Patience);
    }

    private void Agent(RunningGateway gateway, string node, string config) => _agents.Add(ChildProcess.StartGateway(Arguments(gateway, node, config)));

    private static string[] Arguments(RunningGateway gateway, string node, string config) =>
        ["agent", "--fleet", "--node", node, "--config", config, "--registry", gateway.Registry.ToString(), "--interval", "5", "--until-stdin-closes"];

    private static object Sample() => new
    {
        Command = "dotnet",
        Arguments = new[] { GatewayBuild.Assembly, "sample", "--unregistered", "--id", "{instance}", "--service", "{service}", "--listen", "127.0.0.1:{port}" },
        HealthPath = "/health",
    };

    private string Config(object workloads)
    {
        string file = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new { HashBalancer = new { FleetAgent = new { Workloads = workloads } } }));
        return file;
    }

    /// <summary>Pools that want so many nodes each, under paths of their names.</summary>
    private static string[] Pools(params (string Name, int Wanted)[] pools) =>
    [
        "--HashBalancer:Allocation:Mode=On", "--HashBalancer:Allocation:Notice=00:00:00", "--HashBalancer:Allocation:Round=00:00:00", "--HashBalancer:Allocation:Takeover=00:00:01",
        .. pools.SelectMany(pool => new[]
        {
            $"--ReverseProxy:Routes:{pool.Name}:ClusterId={pool.Name}", $"--ReverseProxy:Routes:{pool.Name}:Match:Path=/{pool.Name}/{{**rest}}",
            $"--HashBalancer:Pools:{pool.Name}:Service=fleet-{pool.Name}", $"--HashBalancer:Pools:{pool.Name}:HashKeys:0=header:X-User-Id",
            $"--HashBalancer:Pools:{pool.Name}:Allocation:Enabled=true", $"--HashBalancer:Pools:{pool.Name}:Allocation:Minimum={pool.Wanted}",
            $"--HashBalancer:Pools:{pool.Name}:Allocation:DrainTime=00:00:02", $"--HashBalancer:Pools:{pool.Name}:Allocation:WarmTime=00:00:02",
        }),
    ];

    private static string[] Refusals(JsonElement? state, string pool) => [.. FleetStates.Nodes(state)
        .SelectMany(node => node.GetProperty("lease").GetProperty("refusals").EnumerateArray())
        .Where(refusal => refusal.GetProperty("pool").GetString() == pool)
        .Select(refusal => refusal.GetProperty("reason").GetString()!)];
}
