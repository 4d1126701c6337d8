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
        return new Saturation(m.Requests, m.Failed, result.MeasuredSeconds, m.Latency.P50Ms, m.Latency.P99Ms, result.Affinity);
    }
}
