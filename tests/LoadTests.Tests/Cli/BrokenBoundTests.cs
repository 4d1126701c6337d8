using System.Globalization;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Tests.Support;
using HashBalancer.LoadTests.Thresholds;

namespace HashBalancer.LoadTests.Tests.Cli;

/// <summary>For each kind of bound a deliberately bad server or configuration: the run ends with exit code 1 and says which bound, and by how much.</summary>
public sealed class BrokenBoundTests : IDisposable
{
    // What is wrong, and the bound that it must break. Server faults: see Start. "fleet" needs what a run starts by itself.
    private static readonly Dictionary<string, (string Fault, string Bound)> Bad = new(StringComparer.Ordinal)
    {
        ["failures.count"] = ("errors", "\"max\": 0"),
        ["failures.ratio"] = ("errors", "\"max\": 0.01"),
        ["requests.count"] = ("none", "\"min\": 100000"),
        ["latency.min"] = ("slow", "\"max\": \"5ms\""),
        ["latency.mean"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p50"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p75"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p90"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p95"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p99"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p99.9"] = ("slow", "\"max\": \"5ms\""),
        ["latency.p99.99"] = ("slow", "\"max\": \"5ms\""),
        ["latency.max"] = ("slow", "\"max\": \"5ms\""),
        ["latency.drift"] = ("slower", "\"max\": 0.1"),
        ["rate.answered"] = ("none", "\"min\": 100000"),
        ["rate.error"] = ("one slow connection", "\"max\": 0.01"),
        ["start-delay.p99"] = ("none", "\"max\": \"0ms\""),
        ["affinity.ratio"] = ("no affinity", "\"min\": 1"),
        ["affinity.off-owner"] = ("no affinity", "\"max\": 0.01"),
        ["balance.max"] = ("one busy node", "\"max\": 1.2"),
        ["balance.min"] = ("one busy node", "\"min\": 0.8"),
        ["nodes.count"] = ("none", "\"min\": 4"),
        ["cache.hit-ratio"] = ("none", "\"min\": 1.1"),
        ["gateways.agreement"] = ("gateways of two rings", "\"min\": 1"),
        ["messages.count"] = ("streams", "\"step\": \"chat\", \"min\": 100000"),
        ["messages.p50"] = ("streams", "\"step\": \"chat\", \"max\": \"0ms\""),
        ["messages.p99"] = ("streams", "\"step\": \"chat\", \"max\": \"0ms\""),
        ["saturation.rate"] = ("search before a slow server", "\"min\": 20"),
        ["moved.ratio"] = ("fleet", "\"event\": \"leave\", \"max\": 0.01"),
        ["moved.strays"] = ("fleet", "\"event\": \"leave\", \"max\": 0.01"),
        ["memory.growth"] = ("fleet", "\"max\": -0.9"),
        ["memory.slope"] = ("fleet", "\"max\": -1e11"),
        ["handles.growth"] = ("fleet", "\"max\": -0.9"),
        ["handles.slope"] = ("fleet", "\"max\": -1e6"),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadtests-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public static TheoryData<string> OfAServer => [.. Bad.Where(b => b.Value.Fault != "fleet").Select(b => b.Key)];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void EveryMetric_HasItsBadConfiguration() => Assert.Equal(Metrics.All.Keys.Order(), Bad.Keys.Order());

    [Theory]
    [MemberData(nameof(OfAServer))]
    public async Task Run_BadServer_BreaksTheBoundAndSaysByHowMuch(string metric)
    {
        (string fault, string bound) = Bad[metric];
        if (fault == "streams")
        {
            await using StreamServer streams = await StreamServer.Start(greeting: """{"node":"node-1","key":"{key}"}""");
            await Breaks([metric], Scenario(fault, [Threshold(metric, bound)]), [streams.Url]);
            return;
        }

        await using SampleServer first = await Start(fault, gateway: 0);
        await using SampleServer second = await Start(fault, gateway: 1);
        await Breaks([metric], Scenario(fault, [Threshold(metric, bound)]), fault == "gateways of two rings" ? [first.Url, second.Url] : [first.Url]);
    }

    /// <summary>A gateway that hashes by nothing: keys are anywhere, so that all of them stray when a node leaves; and bounds on its process that none can keep.</summary>
    [Fact]
    public async Task Run_GatewayThatHashesByNothing_BreaksTheBoundsOfEventsAndProcesses()
    {
        string[] metrics = [.. Bad.Where(b => b.Value.Fault == "fleet").Select(b => b.Key), "affinity.ratio"];

        await Breaks(metrics, Scenario("fleet", [.. metrics.Select(m => Threshold(m, m == "affinity.ratio" ? "\"min\": 1" : Bad[m].Bound))]), []);
    }

    private async Task Breaks(string[] metrics, string scenario, IReadOnlyList<Uri> urls)
    {
        int exitCode = await Commands.Create(TimeProvider.System, _output, _error)
            .Parse(["run", scenario, .. urls.SelectMany(u => (string[])["--url", u.ToString()])]).InvokeAsync();

        Assert.Equal((1, ""), (exitCode, _error.ToString()));
        string[] broken = [.. _output.ToString().Split(Environment.NewLine).Where(l => l.StartsWith("BROKEN", StringComparison.Ordinal))];
        Assert.Equal(metrics.Length, broken.Length);
        foreach (string metric in metrics)
            Assert.Matches($@"^BROKEN bad: {metric.Replace(".", "\\.", StringComparison.Ordinal)}( of step chat| by leave)? is .+ (above its maximum|below its minimum) .+; the bound's reason: so$", Assert.Single(broken, l => l.StartsWith($"BROKEN bad: {metric} ", StringComparison.Ordinal)));
    }

    private static async Task<SampleServer> Start(string fault, int gateway)
    {
        int answered = 0;
        return fault switch
        {
            "errors" => await SampleServer.Start(statusOf: number => number % 10 == 9 ? 500 : 200),
            "slow" or "one slow connection" or "search before a slow server" => await SampleServer.Start(delayOf: _ => TimeSpan.FromMilliseconds(60)),
            "slower" => await SampleServer.Start(delayOf: number => TimeSpan.FromSeconds(number < 100 ? 0 : 3)),
            "no affinity" => await SampleServer.Start(nodeOf: _ => Interlocked.Increment(ref answered) % 3),
            "one busy node" => await SampleServer.Start(nodeOf: key => key == "user-0" ? 1 : 0),
            "gateways of two rings" => await SampleServer.Start(nodeOf: _ => gateway),
            _ => await SampleServer.Start(),
        };
    }

    private static string Threshold(string metric, string bound) => $$"""{ "metric": "{{metric}}", {{bound}}, "because": "so" }""";

    private string Scenario(string fault, string[] thresholds)
    {
        string load = fault switch
        {
            "search before a slow server" => """{ "simulation": "search", "from": 10, "trial": "200ms", "latency": "20ms" }""",
            "slower" => """{ "simulation": "constant", "rate": 50 }""",
            _ => """{ "simulation": "constant", "rate": 100 }""",
        };
        string rest = fault switch
        {
            "one slow connection" => "\"duration\": \"500ms\", \"connections\": 1,",
            "slower" => "\"duration\": \"4s\", \"connections\": 120,",
            "fleet" => """
                "duration": "12s", "nodes": 3, "settings": { "Pools:items:HashKeys": "header:X-None" },
                "events": [ { "event": "leave", "name": "leave", "at": "3s", "node": "node-3" } ],
                """,
            _ => "\"duration\": \"500ms\", \"connections\": 8,",
        };
        string step = fault == "streams"
            ? """{ "name": "chat", "kind": "websocket", "path": "/ws/1", "headers": { "X-User-Id": "{key}" }, "size": 40 }"""
            : """{ "name": "get", "path": "/items/{key}", "headers": { "X-User-Id": "{key}" } }""";
        string file = Path.Combine(_folder.FullName, "bad.json");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "name": "bad", "description": "d", "timeout": "20s", {{rest}} "load": {{load}},
              "keys": { "generator": "uniform", "count": 100 }, "steps": [ {{step}} ],
              "thresholds": [ {{string.Join(", ", thresholds)}} ]
            }
            """));
        return file;
    }
}
