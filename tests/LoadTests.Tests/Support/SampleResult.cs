using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>A result with a figure of its own in every place.</summary>
internal static class SampleResult
{
    public static readonly LatencySummary Latency = new(990, 1, 20.5, 10, 15, 30, 50, 83.2, 150.5, 199, 250);

    public static ScenarioResult Create() => new()
    {
        Name = "sample",
        Description = "A sample.",
        Target = "the given address http://127.0.0.1:8080/",
        Url = new Uri("http://127.0.0.1:8080/"),
        StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        WarmUpSeconds = 1,
        MeasuredSeconds = 4.25,
        Seed = 7,
        Load = "open loop, constant 1000/s",
        Keys = "uniform over 1000 keys",
        Connections = 16,
        ConnectionsOpened = 17,
        Rate = new RateResult(1000, 1000, 980, 0.02, 235.5),
        Iterations = Measured(1000, 10, Latency),
        Steps = [new StepResult("get", Measured(1000, 4, Latency with { P99Ms = 60 })), new StepResult("put", Measured(996, 6, Latency))],
        StartDelay = Latency with { P99Ms = 2.5 },
        Nodes = [new NodeResult("node-1", 700, 1.4), new NodeResult("node-2", 300, 0.6), new NodeResult("node-3", 0, 0)],
        Affinity = new AffinityResult(500, 495, 0.99, 0.015, 2),
        Balance = new BalanceResult(1.4, 0.6),
        CacheHitRatio = 0.75,
        Thresholds = [new ThresholdResult("failures.count ≤ 0", Passed: false, 10, "failures.count is 10, 10 above its maximum 0", "why | so")],
    };

    private static Measurements Measured(long requests, long failed, LatencySummary latency) => new(
        requests, failed, new SortedDictionary<string, long> { ["Timeout"] = failed }, new SortedDictionary<string, long> { ["200"] = requests - failed },
        12345, latency, latency);
}
