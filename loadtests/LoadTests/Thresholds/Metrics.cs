using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Thresholds;

/// <summary>The metrics by name. A further one is a line here.</summary>
internal static class Metrics
{
    public static readonly IReadOnlyDictionary<string, Metric> All = new Metric[]
    {
        new("failures.count", MetricUnit.Count, "requests that failed", (_, m) => m.Failed, OfSteps: true),
        new("failures.ratio", MetricUnit.Ratio, "part of requests that failed",
            (_, m) => m.Requests == 0 ? null : (double)m.Failed / m.Requests, OfSteps: true),
        new("requests.count", MetricUnit.Count, "requests that ended", (_, m) => m.Requests, OfSteps: true),
        Latency("min", l => l.MinMs),
        Latency("mean", l => l.MeanMs),
        Latency("p50", l => l.P50Ms),
        Latency("p75", l => l.P75Ms),
        Latency("p90", l => l.P90Ms),
        Latency("p95", l => l.P95Ms),
        Latency("p99", l => l.P99Ms),
        Latency("p99.9", l => l.P999Ms),
        Latency("p99.99", l => l.P9999Ms),
        Latency("max", l => l.MaxMs),
        new("rate.answered", MetricUnit.PerSecond, "successful iterations per second", (r, _) => r.Rate.Answered),
        new("rate.error", MetricUnit.Ratio, "part of planned iterations that was not sent in time", (r, _) => r.Rate.Error),
        new("start-delay.p99", MetricUnit.Milliseconds, "99 % of iterations began at most so late", (r, _) => r.StartDelay.P99Ms),
        new("affinity.ratio", MetricUnit.Ratio, "part of keys that one node alone answered", (r, _) => r.Affinity?.Ratio),
        new("affinity.off-owner", MetricUnit.Ratio, "part of answers from another node than the key's first",
            (r, _) => r.Affinity?.OffOwner),
        new("balance.max", MetricUnit.Ratio, "answers of the busiest node over the mean", (r, _) => r.Balance?.MaxOverMean),
        new("balance.min", MetricUnit.Ratio, "answers of the idlest node over the mean", (r, _) => r.Balance?.MinOverMean),
        new("nodes.count", MetricUnit.Count, "nodes that answered", (r, _) => r.Nodes.Count(n => n.Answers > 0)),
        Event("moved.ratio", "part of keys whose node an event changed", e => e.Moved),
        Event("moved.strays", "part of keys that moved between two nodes which the event did not concern", e => e.Strays),
        new("gateways.agreement", MetricUnit.Ratio, "part of keys that all gateways gave to one node", (r, _) => r.Agreement?.Ratio),
        Message("count", MetricUnit.Count, "messages or events of a step that came", l => l.Count),
        Message("p50", MetricUnit.Milliseconds, "p50 of a WebSocket's echoes or of the time between two events", l => l.P50Ms),
        Message("p99", MetricUnit.Milliseconds, "p99 of the same", l => l.P99Ms),
        new("saturation.rate", MetricUnit.PerSecond, "highest rate that a search found within its bounds", (r, _) => r.Search?.Rate),
        new("latency.drift", MetricUnit.Ratio, "rise of p99 from the first third of the run to the last", (r, _) => r.LatencyDrift) { Signed = true },
        new("memory.growth", MetricUnit.Ratio, "trend of a gateway's memory over the last two thirds of the run, as a part of it; the highest",
            (r, _) => Highest(r, p => p.MemoryGrowth)) { Signed = true },
        new("memory.slope", MetricUnit.BytesPerMinute, "the same in bytes per minute", (r, _) => Highest(r, p => p.MemoryBytesPerMinute)) { Signed = true },
        new("handles.growth", MetricUnit.Ratio, "trend of a gateway's open handles, as memory.growth", (r, _) => Highest(r, p => p.HandleGrowth)) { Signed = true },
        new("handles.slope", MetricUnit.Count, "the same in handles per minute", (r, _) => Highest(r, p => p.HandlesPerMinute)) { Signed = true },
        new("cache.hit-ratio", MetricUnit.Ratio, "part of answers from a node's cache", (r, _) => r.CacheHitRatio),
    }.ToDictionary(m => m.Name, StringComparer.Ordinal);

    private static double? Highest(ScenarioResult result, Func<ProcessResult, double> read) => result.Processes.Count == 0 ? null : result.Processes.Max(read);

    private static Metric Event(string name, string meaning, Func<EventResult, double?> read) =>
        new(name, MetricUnit.Ratio, meaning, (_, _) => null) { ReadEvent = read };

    private static Metric Message(string name, MetricUnit unit, string meaning, Func<LatencySummary, double> read) =>
        new($"messages.{name}", unit, meaning, (_, _) => null, OfSteps: true) { ReadStep = s => s.Messages is { Count: > 0 } m ? read(m) : null };

    private static Metric Latency(string name, Func<LatencySummary, double> read) => new(
        $"latency.{name}", MetricUnit.Milliseconds, $"{name} of latency from the intended start",
        (_, m) => m.Latency.Count == 0 ? null : read(m.Latency), OfSteps: true);
}
