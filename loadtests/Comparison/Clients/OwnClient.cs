using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.Comparison.Clients;

/// <summary>The scenario runner in this process. It checks every answer: status, node, and that the key is the one asked for.</summary>
internal sealed class OwnClient(TimeProvider time) : IClient
{
    public const string ClientName = "own";

    public string Name => ClientName;

    public string? Missing() => null;

    public async Task<Saturation> Saturate(Uri url, Workload workload, TimeSpan duration, CancellationToken cancellation)
    {
        ScenarioResult result = await new ScenarioRunner(time).Run(workload.Saturating(duration), url, url.ToString(), cancellation);
        Measurements m = result.Iterations;
        return new Saturation(m.Requests, m.Failed, result.MeasuredSeconds, m.Latency.P50Ms, m.Latency.P99Ms, m.Latency.P999Ms, result.Affinity);
    }

    public async Task<Paced> Pace(Uri url, Workload workload, double rate, TimeSpan duration, CancellationToken cancellation)
    {
        ScenarioResult result = await new ScenarioRunner(time).Run(workload.AtRate(rate, duration), url, url.ToString(), cancellation);
        LatencySummary latency = result.Iterations.Latency;
        return new Paced(new HalfLoad(rate, result.Rate.Error ?? 0, latency.P50Ms, latency.P99Ms, latency.P999Ms), result.Iterations.Failed);
    }
}
