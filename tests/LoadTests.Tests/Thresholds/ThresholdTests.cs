using System.Text.Json;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Tests.Support;
using HashBalancer.LoadTests.Thresholds;

namespace HashBalancer.LoadTests.Tests.Thresholds;

public sealed class ThresholdTests
{
    private static readonly Dictionary<string, (string Bound, string Text)> Broken = new(StringComparer.Ordinal)
    {
        ["failures.count"] = ("\"max\": 0", "failures.count is 10, 10 above its maximum 0"),
        ["failures.ratio"] = ("\"max\": 0.001", "failures.ratio is 0.01, 0.009 (900.0 %) above its maximum 0.001"),
        ["requests.count"] = ("\"min\": 4000", "requests.count is 1000, 3000 (75.0 %) below its minimum 4000"),
        ["latency.min"] = ("\"max\": \"500us\"", "latency.min is 1 ms, 500 µs (100.0 %) above its maximum 500 µs"),
        ["latency.mean"] = ("\"max\": \"20ms\"", "latency.mean is 20.5 ms, 500 µs (2.5 %) above its maximum 20 ms"),
        ["latency.p50"] = ("\"max\": \"8ms\"", "latency.p50 is 10 ms, 2 ms (25.0 %) above its maximum 8 ms"),
        ["latency.p75"] = ("\"max\": \"10ms\"", "latency.p75 is 15 ms, 5 ms (50.0 %) above its maximum 10 ms"),
        ["latency.p90"] = ("\"max\": \"20ms\"", "latency.p90 is 30 ms, 10 ms (50.0 %) above its maximum 20 ms"),
        ["latency.p95"] = ("\"max\": \"40ms\"", "latency.p95 is 50 ms, 10 ms (25.0 %) above its maximum 40 ms"),
        ["latency.p99"] = ("\"max\": \"50ms\"", "latency.p99 is 83.2 ms, 33.2 ms (66.4 %) above its maximum 50 ms"),
        ["latency.p99.9"] = ("\"max\": \"100ms\"", "latency.p99.9 is 150.5 ms, 50.5 ms (50.5 %) above its maximum 100 ms"),
        ["latency.p99.99"] = ("\"max\": \"0.1s\"", "latency.p99.99 is 199 ms, 99 ms (99.0 %) above its maximum 100 ms"),
        ["latency.max"] = ("\"max\": \"200ms\"", "latency.max is 250 ms, 50 ms (25.0 %) above its maximum 200 ms"),
        ["rate.answered"] = ("\"min\": 942", "rate.answered is 235.5/s, 706.5/s (75.0 %) below its minimum 942/s"),
        ["rate.error"] = ("\"max\": 0.01", "rate.error is 0.02, 0.01 (100.0 %) above its maximum 0.01"),
        ["start-delay.p99"] = ("\"max\": \"1ms\"", "start-delay.p99 is 2.5 ms, 1.5 ms (150.0 %) above its maximum 1 ms"),
        ["affinity.ratio"] = ("\"min\": 1", "affinity.ratio is 0.99, 0.01 (1.0 %) below its minimum 1"),
        ["affinity.off-owner"] = ("\"max\": 0.01", "affinity.off-owner is 0.015, 0.005 (50.0 %) above its maximum 0.01"),
        ["balance.max"] = ("\"min\": 0.5, \"max\": 1.25", "balance.max is 1.4, 0.15 (12.0 %) above its maximum 1.25"),
        ["balance.min"] = ("\"min\": 0.75, \"max\": 1", "balance.min is 0.6, 0.15 (20.0 %) below its minimum 0.75"),
        ["nodes.count"] = ("\"min\": 3", "nodes.count is 2, 1 (33.3 %) below its minimum 3"),
        ["moved.ratio"] = ("\"event\": \"kill\", \"max\": 0.2", "moved.ratio by kill is 0.25, 0.05 (25.0 %) above its maximum 0.2"),
        ["moved.strays"] = ("\"event\": \"kill\", \"max\": 0.01", "moved.strays by kill is 0.02, 0.01 (100.0 %) above its maximum 0.01"),
        ["gateways.agreement"] = ("\"min\": 1", "gateways.agreement is 0.95, 0.05 (5.0 %) below its minimum 1"),
        ["messages.count"] = ("\"step\": \"put\", \"min\": 1980", "messages.count of step put is 990, 990 (50.0 %) below its minimum 1980"),
        ["messages.p50"] = ("\"step\": \"put\", \"max\": \"8ms\"", "messages.p50 of step put is 10 ms, 2 ms (25.0 %) above its maximum 8 ms"),
        ["messages.p99"] = ("\"step\": \"put\", \"max\": \"50ms\"", "messages.p99 of step put is 83.2 ms, 33.2 ms (66.4 %) above its maximum 50 ms"),
        ["saturation.rate"] = ("\"min\": 2000", "saturation.rate is 1500/s, 500/s (25.0 %) below its minimum 2000/s"),
        ["latency.drift"] = ("\"max\": 0.1", "latency.drift is 0.2, 0.1 (100.0 %) above its maximum 0.1"),
        ["memory.growth"] = ("\"max\": 0.05", "memory.growth is 0.15, 0.1 (200.0 %) above its maximum 0.05"),
        ["memory.slope"] = ("\"max\": 1024", "memory.slope is 3 KiB/min, 2 KiB/min (200.0 %) above its maximum 1 KiB/min"),
        ["handles.growth"] = ("\"max\": 0.1", "handles.growth is 0.25, 0.15 (150.0 %) above its maximum 0.1"),
        ["handles.slope"] = ("\"max\": 0.5", "handles.slope is 2, 1.5 (300.0 %) above its maximum 0.5"),
        ["cache.hit-ratio"] = ("\"min\": 0.8", "cache.hit-ratio is 0.75, 0.05 (6.3 %) below its minimum 0.8"),
    };

    public static TheoryData<string> Names => [.. Metrics.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_BrokenBound_SaysWhichAndByHowMuch(string metric)
    {
        (string bound, string text) = Broken[metric];

        ThresholdResult result = Read($$"""{ "metric": "{{metric}}", {{bound}}, "because": "so" }""").Judge(SampleResult.Create());

        Assert.Equal((false, text, "so"), (result.Passed, result.Text, result.Because));
        Assert.NotNull(result.Measured);
    }

    [Fact]
    public void Judge_ValueAtTheBound_Passes()
    {
        ThresholdResult result = Read("""{ "metric": "latency.p50", "min": "10ms", "max": "10ms", "because": "so" }""").Judge(SampleResult.Create());

        Assert.Equal((true, "latency.p50 is 10 ms", "latency.p50 10 ms..10 ms"), (result.Passed, result.Text, result.Bound));
    }

    [Theory]
    [InlineData("""{ "metric": "latency.p99", "step": "get", "max": "50ms", "because": "so" }""", "latency.p99 of step get is 60 ms, 10 ms (20.0 %) above its maximum 50 ms")]
    [InlineData("""{ "metric": "failures.count", "step": "put", "max": 5, "because": "so" }""", "failures.count of step put is 6, 1 (20.0 %) above its maximum 5")]
    public void Judge_BoundOfAStep_LooksAtThatStep(string json, string text) =>
        Assert.Equal(text, Read(json).Judge(SampleResult.Create()).Text);

    [Theory]
    [InlineData("affinity.ratio")]
    [InlineData("affinity.off-owner")]
    [InlineData("balance.max")]
    [InlineData("balance.min")]
    [InlineData("cache.hit-ratio")]
    [InlineData("rate.error")]
    public void Judge_NothingMeasured_Fails(string metric)
    {
        ScenarioResult silent = SampleResult.Create() with
        {
            Affinity = null,
            Balance = null,
            CacheHitRatio = null,
            Rate = new RateResult(null, 10, 10, null, 1),
        };

        ThresholdResult result = Read($$"""{ "metric": "{{metric}}", "min": 0, "because": "so" }""").Judge(silent);

        Assert.Equal((false, null, $"{metric} was not measured: no answer told it"), (result.Passed, result.Measured, result.Text));
    }

    [Fact]
    public void Judge_EveryRequestFailed_LatencyWasNotMeasured()
    {
        ScenarioResult result = SampleResult.Create();
        ScenarioResult failed = result with
        {
            Iterations = result.Iterations with { Latency = new LatencySummary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
        };

        Assert.False(Read("""{ "metric": "latency.p99", "max": "1h", "because": "so" }""").Judge(failed).Passed);
    }

    private static Threshold Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var errors = new List<string>();
        Threshold? threshold = ThresholdReader.Read(new Section(document.RootElement, "", errors), ["get", "put"], ["kill"]);
        Assert.Empty(errors);
        return threshold!;
    }
}
