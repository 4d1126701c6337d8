using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
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
        Steps = [new StepResult("get", Measured(1000, 4, Latency with { P99Ms = 60 })), new StepResult("put", Measured(996, 6, Latency), Latency)],
        StartDelay = Latency with { P99Ms = 2.5 },
        Nodes = [new NodeResult("node-1", 700, 1.4), new NodeResult("node-2", 300, 0.6), new NodeResult("node-3", 0, 0)],
        Affinity = new AffinityResult(500, 495, 0.99, 0.015, 2),
        Balance = new BalanceResult(1.4, 0.6),
        CacheHitRatio = 0.75,
        Agreement = new AgreementResult(400, 0.95, [600, 390]),
        Search = new SearchResult(1500, [new SearchTrial(1500, 20, 0, Passed: true), new SearchTrial(2250, 140, 0.25, Passed: false)]),
        LatencyDrift = 0.2,
        Events =
        [
            new EventResult("kill", "node-2 is killed", "node-2", 1.5, 1.75, 400, 0.25, 0.02),
            new EventResult("churn", "the next node is killed", "node-1", 3, 3.5, null, null, null),
        ],
        Intervals =
        [
            new IntervalResult(0, 1, 250, 0, 9, 80, 240), new IntervalResult(1, 1, 240, 10, 10, 83, 250), new IntervalResult(2, 1, 250, 0, 11, 96, 245),
            new IntervalResult(3, 0.25, 250, 0, 10, 95, 241),
        ],
        Processes =
        [
            new ProcessResult("gateway-1", 3072, 0.15, 2, 0.25, [new ProcessSample(0, 90_000_000, 100), new ProcessSample(1, 91_000_000, 101)]),
            new ProcessResult("gateway-2", -10, -0.01, 0, 0, []),
        ],
        Thresholds = [new ThresholdResult("failures.count ≤ 0", Passed: false, 10, "failures.count is 10, 10 above its maximum 0", "why | so")],
    };

    private static Measurements Measured(long requests, long failed, LatencySummary latency) => new(
        requests, failed, new SortedDictionary<string, long> { ["Timeout"] = failed }, new SortedDictionary<string, long> { ["200"] = requests - failed },
        12345, latency, latency);
}
