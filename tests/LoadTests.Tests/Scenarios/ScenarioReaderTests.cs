using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Thresholds;

namespace HashBalancer.LoadTests.Tests.Scenarios;

public sealed class ScenarioReaderTests
{
    private const string Valid = """
        {
          // Comments and a trailing comma are fine.
          "name": "n", "description": "d", "nodes": 4, "warmUp": "250ms", "duration": "1.5s", "timeout": "2s", "seed": 9, "connections": 5,
          "load": { "simulation": "poisson", "rate": 50 },
          "keys": { "generator": "hot-set", "count": 100, "hotCount": 5, "hotShare": 0.5, "prefix": "k" },
          "answer": { "node": "served_by", "cached": "hit" },
          "steps": [ { "name": "put", "method": "PUT", "path": "/a/{key}", "headers": { "X-K": "{key}" }, "body": "b{key}", "status": 201 } ],
          "thresholds": [ { "metric": "latency.p99", "step": "put", "max": "10ms", "because": "so" } ],
        }
        """;

    private static readonly string[] Known =
    [
        "bad-network", "hot-key", "leader-kill", "long-streams", "node-join", "node-kill", "overload", "planned-drain", "pool-shift", "ramp", "registry-outage",
        "rolling-restart", "saturation", "slow-node", "smoke", "soak", "steady", "three-gateways", "websockets", "zipf-skew",
    ];

    private const string Duration = "it must be a duration such as \"250ms\", \"5s\", \"1.5m\" or \"1h\"";
    private const string Members = "answer, connections, description, duration, events, gateways, keys, load, long, name, nodes, pickOneStep, pools, seed, settings, steps, thresholds, timeout, warmUp, work";

    [Fact]
    public void Read_EverySetting_IsTaken()
    {
        Scenario scenario = ScenarioReader.Read(Valid, "f");

        Assert.Equal(("n", "d", 4, 9, 5, "k"), (scenario.Name, scenario.Description, scenario.Nodes, scenario.Seed, scenario.Connections, scenario.KeyPrefix));
        Assert.Equal((0.25, 1.5, 2.0), (scenario.WarmUp.TotalSeconds, scenario.Duration.TotalSeconds, scenario.Timeout.TotalSeconds));
        Assert.Equal("open loop, Poisson 50/s", scenario.Load.Description);
        Assert.Equal("50.0 % of draws on 5 of 100 keys", scenario.Keys().Description);
        Assert.Equal(new AnswerFields("served_by", "", "hit"), scenario.Answer);
        HttpStepDefinition step = Assert.IsType<HttpStepDefinition>(Assert.Single(scenario.Steps));
        Assert.Equal(("put", "PUT", "/a/{key}", "b{key}", 201), (step.Name, step.Method, step.Path, step.Body, step.Status));
        Assert.Equal([KeyValuePair.Create("X-K", "{key}")], step.Headers);
        Assert.Equal(10, Assert.Single(scenario.Thresholds).Max);
    }

    [Fact]
    public void Read_LeftOutSettings_HaveDefaults()
    {
        Scenario scenario = ScenarioReader.Read("""
            { "name": "n", "description": "d", "duration": "1s", "load": { "simulation": "closed", "users": 7 },
              "keys": { "generator": "uniform", "count": 1 }, "steps": [ { "name": "s", "path": "/" } ] }
            """, "f");

        Assert.Equal((3, 0.0, 5.0, 1, 7, "user-"),
            (scenario.Nodes, scenario.WarmUp.TotalSeconds, scenario.Timeout.TotalSeconds, scenario.Seed, scenario.Connections, scenario.KeyPrefix));
        Assert.Equal(new AnswerFields("node", "key", "cached"), scenario.Answer);
        HttpStepDefinition step = Assert.IsType<HttpStepDefinition>(Assert.Single(scenario.Steps));
        Assert.Equal(("GET", null, 200), (step.Method, step.Body, step.Status));
        Assert.Empty(scenario.Thresholds);
    }

    [Fact]
    public void Read_ManyErrors_AreToldAtOnceWithTheirPaths()
    {
        const string Json = """
            {
              "name": "", "duration": "5 parsecs", "nodes": 0, "warmup": "1s", "seed": -1,
              "load": { "simulation": "constnt" },
              "keys": { "generator": "zipf", "count": 0, "exponent": "big", "prefix": "a b" },
              "answer": { "nodes": "x" },
              "steps": [
                { "name": "a", "path": "items", "method": "G T", "headers": { "Content-Length": "3", "X Y": "z", "X-Z": 1 } },
                { "name": "a", "kind": "websockt", "path": "/" },
                5
              ],
              "thresholds": [
                { "metric": "latency.p98", "max": "1ms", "because": "so" },
                { "metric": "latency.p99", "max": 5, "because": "so" },
                { "metric": "balance.max", "step": "a", "min": 2, "max": 1, "because": "so" },
                { "metric": "failures.count", "step": "b", "because": "" }
              ]
            }
            """;

        ScenarioFileException e = Assert.Throws<ScenarioFileException>(() => ScenarioReader.Read(Json, "bad.json"));

        Assert.Equal(
        [
            "name: \"\" is not allowed; it must be a string that is not empty",
            "description: is missing",
            "nodes: 0 is not allowed; it must be a whole number from 1 to 100",
            $"duration: \"5 parsecs\" is not allowed; {Duration}, from 1 ms to 86400 s",
            "seed: -1 is not allowed; it must be a whole number from 0 to 2147483647",
            "load.simulation: \"constnt\" is none of closed, constant, poisson, ramp, replay, search, step (did you mean \"constant\"?)",
            "keys.prefix: \"a b\" must be visible ASCII: it goes into paths and headers",
            "keys.count: 0 is not allowed; it must be a whole number from 1 to 10000000",
            "keys.exponent: \"big\" is not allowed; it must be a number from 0.01 to 10",
            "answer.nodes: is no setting here (did you mean \"node\"?); known are cached, key, node",
            "steps[2]: 5 is not allowed; it must be an object",
            "steps[0].method: \"G T\" must be letters, digits and !#$%&'*+-.^_`|~",
            "steps[0].path: \"items\" must begin with / and be visible ASCII; {key} stands for the key",
            "steps[0].headers.Content-Length: is written by the runner: leave it out",
            "steps[0].headers.X Y: a header's name must be letters, digits and !#$%&'*+-.^_`|~",
            "steps[0].headers.X-Z: 1 is not allowed; it must be a string",
            "steps[1].kind: \"websockt\" is none of http, sse, websocket (did you mean \"websocket\"?)",
            $"thresholds[0].metric: \"latency.p98\" is none of {Section.Listing(Metrics.All.Keys)} (did you mean \"latency.p90\"?)",
            $"thresholds[1].max: 5 is not allowed; {Duration}, from 0 ms to 3600 s",
            "thresholds[2].step: balance.max is of the whole scenario: leave it out",
            "thresholds[2].min: is above max",
            "thresholds[3].step: \"b\" is none of a",
            "thresholds[3].metric: has no bound: give min, max or both",
            "thresholds[3].because: \"\" is not allowed; it must be a string that is not empty",
            $"warmup: is no setting here (did you mean \"warmUp\"?); known are {Members}",
        ], e.Errors);
        Assert.StartsWith("bad.json: name: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"duration\": \"1.5s\"", "\"duration\": \"0ms\"", $"duration: \"0ms\" is not allowed; {Duration}, from 1 ms to 86400 s")]
    [InlineData("\"rate\": 50", "\"rate\": 0", "load.rate: 0 is not allowed; it must be a number from 0.001 to 1000000")]
    [InlineData("\"rate\": 50", "\"rate\": 50, \"users\": 3", "load.users: is no setting here; known are rate, simulation")]
    [InlineData("\"hotCount\": 5", "\"hotCount\": 101", "keys.hotCount: 101 is not allowed; it must be a whole number from 1 to 100")]
    [InlineData("\"hotShare\": 0.5", "\"hotShare\": 1.5", "keys.hotShare: 1.5 is not allowed; it must be a number from 0 to 1")]
    [InlineData("\"status\": 201", "\"status\": 100", "steps[0].status: 100 is not allowed; it must be a whole number from 200 to 599")]
    [InlineData("\"seed\": 9", "\"seed\": 9, \"seed\": 8", "seed: given twice")]
    [InlineData("\"X-K\": \"{key}\"", "\"X-K\": \"a\\r\\nb\"", "steps[0].headers.X-K: a header's value must be without control characters")]
    [InlineData("\"connections\": 5", "\"connections\": 10001", "connections: 10001 is not allowed; it must be a whole number from 1 to 10000")]
    [InlineData("\"thresholds\": [", "\"thresholds\": 5, \"x\": [", "thresholds: 5 is not allowed; it must be a list of objects", $"x: is no setting here; known are {Members}")]
    public void Read_OneFault_IsTheOnlyError(string valid, string fault, params string[] errors)
    {
        Assert.Contains(valid, Valid, StringComparison.Ordinal);

        ScenarioFileException e = Assert.Throws<ScenarioFileException>(() => ScenarioReader.Read(Valid.Replace(valid, fault, StringComparison.Ordinal), "f"));

        Assert.Equal(errors, e.Errors);
    }

    [Fact]
    public void Read_FleetAndEvents_AreTaken()
    {
        Scenario scenario = ScenarioReader.Read(With("""
            "gateways": 2, "work": { "slots": 8, "hit": "2ms", "miss": "9ms", "cache": 50 }, "settings": { "Pools:items:Admission:Limit": "16" }, "long": true, "pickOneStep": true,
            "events": [
              { "event": "kill", "at": "1s", "node": "node-4", "settle": "3s" },
              { "event": "kill", "name": "churn", "at": "2s", "node": "next", "every": "4s" },
              { "event": "join", "at": "5s" }, { "event": "leave", "at": "6s", "node": "node-5" }
            ],
            """), "f");

        Assert.Equal((2, true, true), (scenario.Gateways, scenario.IsLong, scenario.PicksOneStep));
        Assert.Equal(new HashBalancer.LoadTests.Nodes.NodeWork(8, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(9), 50), scenario.Work);
        Assert.Equal([KeyValuePair.Create("Pools:items:Admission:Limit", "16")], scenario.Settings);
        Assert.Equal(["kill", "churn", "join", "leave"], scenario.Events.Select(e => e.Name));
        Assert.Equal((1.0, null, 3.0), (scenario.Events[0].At.TotalSeconds, scenario.Events[0].Every, scenario.Events[0].Settle.TotalSeconds));
        Assert.Equal((4.0, 1.0), (scenario.Events[1].Every!.Value.TotalSeconds, scenario.Events[1].Settle.TotalSeconds));
    }

    [Theory]
    [InlineData("\"events\": [ { \"event\": \"kill\", \"at\": \"1s\", \"node\": \"node-5\" } ],", "events: \"node-5\" is none of next, node-1, node-2, node-3, node-4 (did you mean \"node-1\"?)")]
    [InlineData("\"events\": [ { \"event\": \"join\", \"at\": \"1s\" }, { \"event\": \"join\", \"at\": \"2s\" } ],", "events: two events are called \"join\": give them names")]
    [InlineData("\"gateways\": 10,", "gateways: 10 is not allowed; it must be a whole number from 1 to 9")]
    [InlineData("\"work\": { \"slots\": 0 },", "work.slots: 0 is not allowed; it must be a whole number from 1 to 10000")]
    [InlineData("\"long\": 1,", "long: 1 is not allowed; it must be true or false")]
    public void Read_FleetThatCannotBe_IsRefused(string members, string error) =>
        Assert.Equal([error], Assert.Throws<ScenarioFileException>(() => ScenarioReader.Read(With(members), "f")).Errors);

    private static string With(string members) => Valid.Replace("\"name\": \"n\",", "\"name\": \"n\", " + members, StringComparison.Ordinal);

    [Theory]
    [InlineData("[ { \"name\": \"s\", \"path\": \"/\" }, { \"name\": \"s\", \"path\": \"/\" } ]", "steps: two steps are called \"s\"")]
    [InlineData("[]", "steps: [] is not allowed; it must be a list of at least 1 object")]
    public void Read_StepsThatCannotBe_AreRefused(string steps, string error)
    {
        ScenarioFileException e = Assert.Throws<ScenarioFileException>(() => ScenarioReader.Read($$"""
            { "name": "n", "description": "d", "duration": "1s", "load": { "simulation": "closed", "users": 7 },
              "keys": { "generator": "uniform", "count": 1 }, "steps": {{steps}} }
            """, "f"));

        Assert.Equal([error], e.Errors);
    }

    [Theory]
    [InlineData("{ \"name\": ", "is no JSON: ")]
    [InlineData("[]", "must be a JSON object")]
    public void Read_NoObject_IsRefused(string json, string error) =>
        Assert.StartsWith(error, Assert.Single(Assert.Throws<ScenarioFileException>(() => ScenarioReader.Read(json, "f")).Errors), StringComparison.Ordinal);

    [Fact]
    public void Catalog_EveryScenarioThatComesWithTheRunner_IsValidAndBounded()
    {
        Assert.Equal(Known, ScenarioCatalog.Default.Names);
        foreach (string name in ScenarioCatalog.Default.Names)
        {
            Scenario scenario = ScenarioCatalog.Default.Load(name);
            Assert.Equal(name, scenario.Name);
            Assert.NotEmpty(scenario.Thresholds);
        }
    }

    [Fact]
    public void Catalog_UnknownName_NamesTheNearest()
    {
        ScenarioFileException e = Assert.Throws<ScenarioFileException>(() => ScenarioCatalog.Default.Load("stedy"));

        Assert.Equal($"stedy: there is no such scenario (did you mean \"steady\"?); known are {string.Join(", ", Known)}, or give a path that ends in .json", e.Message);
    }

    [Fact]
    public void Catalog_PathThatIsNoFile_IsRefused() =>
        Assert.Equal("none/such.json: there is no such file", Assert.Throws<ScenarioFileException>(() => ScenarioCatalog.Default.Load("none/such.json")).Message);
}
