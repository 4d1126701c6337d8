using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Cli;

/// <summary>The command line end to end, against real sockets.</summary>
public sealed class RunCommandTests : IDisposable
{
    private const string Thresholds = """
        { "metric": "failures.count", "max": 0, "because": "nothing is broken" },
        { "metric": "affinity.ratio", "min": 1, "because": "no node moves" },
        { "metric": "balance.max", "max": 1.25, "because": "four of ten keys are one node's" }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadtests-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Run_EveryThresholdHolds_ExitsWithZeroAndWritesReports()
    {
        await using SampleServer server = await SampleServer.Start();

        int exitCode = await Run("run", Scenario(Thresholds), "--url", server.Url.ToString(), "--report", Path.Combine(_folder.FullName, "out"));

        Assert.Equal((0, ""), (exitCode, _error.ToString()));
        LoadReport report = JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "out", "report.json")))!;
        ScenarioResult scenario = Assert.Single(report.Scenarios);

        // 0.4 s at 500/s, keys in sequence: ten keys of 20 requests each; four of them belong to node 0.
        Assert.Equal((200, 200, 0), (scenario.Rate.Planned, scenario.Iterations.Requests, scenario.Iterations.Failed));
        Assert.Equal(new AffinityResult(10, 10, 1, 0, 1), scenario.Affinity);
        Assert.Equal([("node-0", 80L), ("node-1", 60L), ("node-2", 60L)], scenario.Nodes.Select(n => (n.Name, n.Answers)));
        Assert.Equal(1, scenario.CacheHitRatio);
        Assert.Equal(4, scenario.ConnectionsOpened);
        Assert.Equal("200", Assert.Single(scenario.Steps[0].Measured.Statuses).Key);
        Assert.Contains("| balance.max ≤ 1.25 | passed |", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "out", "report.md")), StringComparison.Ordinal);
        Assert.Contains("passed", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ServerWithoutAffinity_ExitsWithOneAndSaysByHowMuch()
    {
        // The first request of key 0 goes to node 1, its other requests to node 0.
        int seen = 0;
        await using SampleServer server = await SampleServer.Start(
            key => key == "user-0" && Interlocked.Increment(ref seen) == 1 ? 1 : (key[^1] - '0') % 3);

        int exitCode = await Run("run", Scenario(Thresholds), "--url", server.Url.ToString());

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "BROKEN tiny: affinity.ratio is 0.9, 0.1 (10.0 %) below its minimum 1; the bound's reason: no node moves",
            _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ServerThatFails_ExitsWithOneAndSaysByHowMuch()
    {
        await using SampleServer server = await SampleServer.Start(statusOf: number => number % 20 == 19 ? 500 : 200);

        int exitCode = await Run("run", Scenario(Thresholds), "--url", server.Url.ToString());

        Assert.Equal(1, exitCode);
        Assert.Contains("BROKEN tiny: failures.count is 10, 10 above its maximum 0; the bound's reason: nothing is broken", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwoScenarios_RunOneAfterAnother()
    {
        await using SampleServer server = await SampleServer.Start();
        string scenario = Scenario(Thresholds);

        int exitCode = await Run("run", scenario, scenario, "--url", server.Url.ToString(), "--duration", "100ms", "--report", _folder.FullName);

        Assert.Equal(0, exitCode);
        LoadReport report = JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json")))!;
        Assert.Equal([50, 50], report.Scenarios.Select(s => s.Rate.Planned));
    }

    [Fact]
    public async Task Run_Together_AsksForBothAtTheSameTime()
    {
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using SampleServer server = await SampleServer.Start(key =>
        {
            asked.Enqueue(key);
            return 0;
        });
        string first = Scenario("");
        string second = Path.Combine(_folder.FullName, "second.json");
        await File.WriteAllTextAsync(second, (await File.ReadAllTextAsync(first))
            .Replace("\"tiny\"", "\"second\"", StringComparison.Ordinal).Replace("\"count\": 10", "\"count\": 10, \"prefix\": \"other-\"", StringComparison.Ordinal));

        int exitCode = await Run("run", first, second, "--together", "--duration", "2s", "--url", server.Url.ToString(), "--report", _folder.FullName, "--name", "both");

        Assert.Equal((0, ""), (exitCode, _error.ToString()));
        bool[] isSecond = [.. asked.Select(k => k.StartsWith("other-", StringComparison.Ordinal))];
        Assert.Equal((1000, 1000), (isSecond.Count(s => s), isSecond.Count(s => !s)));
        Assert.True(Array.IndexOf(isSecond, true) < Array.LastIndexOf(isSecond, false) && Array.IndexOf(isSecond, false) < Array.LastIndexOf(isSecond, true));
        LoadReport report = JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "both.json")))!;
        Assert.Equal(["tiny", "second"], report.Scenarios.Select(s => s.Name));
    }

    [Fact]
    public async Task Run_SeveralAddresses_TakesThemInTurnAndTellsWhetherTheyAgree()
    {
        await using SampleServer first = await SampleServer.Start();
        await using SampleServer second = await SampleServer.Start(key => key == "user-3" ? 1 : (key[^1] - '0') % 3);

        int exitCode = await Run(
            "run", Scenario("""{ "metric": "gateways.agreement", "min": 0.9, "max": 0.9, "because": "one of ten keys differs" }""", keys: "uniform"),
            "--url", first.Url.ToString(), "--url", second.Url.ToString(), "--report", _folder.FullName);

        Assert.Equal((0, ""), (exitCode, _error.ToString()));
        ScenarioResult result = Assert.Single(JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json")))!.Scenarios);
        Assert.Equal([100, 100], result.Agreement!.Answers);
    }

    [Fact]
    public void Everything_IsAllButTheLongOnes() =>
        Assert.Equal(
            HashBalancer.LoadTests.Scenarios.ScenarioCatalog.Default.Names.Where(n => n != "soak"),
            RunOptions.Read([RunOptions.Everything], [], duration: null).Scenarios.Select(s => s.Name));

    [Fact]
    public async Task Run_ManyMistakes_ExitsWithTwoAndTellsAllAtOnce()
    {
        int exitCode = await Run("run", "smok", Scenario("""{ "metric": "x", "max": 1, "because": "so" }"""), "--url", "ftp://h", "--duration", "0s");

        Assert.Equal(2, exitCode);
        string[] lines = _error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("--url: \"ftp://h\" is not allowed; it must be http://host:port", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("--duration: \"0s\" is not allowed; it must be a duration", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("smok: there is no such scenario (did you mean \"smoke\"?)", lines[2], StringComparison.Ordinal);
        Assert.Contains("tiny.json: thresholds[0].metric: \"x\" is none of ", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NobodyListens_ExitsWithOneAndNamesTheAddress()
    {
        Uri url;
        await using (SampleServer server = await SampleServer.Start())
            url = server.Url;

        int exitCode = await Run("run", Scenario(Thresholds), "--url", url.ToString());

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"tiny: cannot connect to {url}: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_GatewayThatIsNoFile_ExitsWithOneAndNamesIt()
    {
        int exitCode = await Run("run", Scenario(Thresholds), "--gateway", "/none/such.dll");

        Assert.Equal(1, exitCode);
        Assert.Equal($"--gateway: there is no file /none/such.dll{Environment.NewLine}", _error.ToString());
    }

    [Fact]
    public async Task List_Scenarios_NamesThemAndTheMetrics()
    {
        Assert.Equal(0, await Run("list"));

        Assert.Contains("smoke", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("affinity.ratio", _output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> Run(params string[] arguments) => Commands.Create(TimeProvider.System, _output, _error).Parse(arguments).InvokeAsync();

    private string Scenario(string thresholds, string keys = "sequence")
    {
        string file = Path.Combine(_folder.FullName, "tiny.json");
        File.WriteAllText(file, $$"""
            {
              "name": "tiny", "description": "d", "duration": "400ms", "connections": 4, "timeout": "20s",
              "load": { "simulation": "constant", "rate": 500 },
              "keys": { "generator": "{{keys}}", "count": 10 },
              "steps": [ { "name": "get", "path": "/items/{key}", "headers": { "X-User-Id": "{key}" } } ],
              "thresholds": [ {{thresholds}} ]
            }
            """);
        return file;
    }
}
