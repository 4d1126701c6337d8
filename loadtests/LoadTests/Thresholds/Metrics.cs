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
        new("cache.hit-ratio", MetricUnit.Ratio, "part of answers from a node's cache", (r, _) => r.CacheHitRatio),
    }.ToDictionary(m => m.Name, StringComparer.Ordinal);

    private static Metric Latency(string name, Func<LatencySummary, double> read) => new(
        $"latency.{name}", MetricUnit.Milliseconds, $"{name} of latency from the intended start",
        (_, m) => m.Latency.Count == 0 ? null : read(m.Latency), OfSteps: true);
}
