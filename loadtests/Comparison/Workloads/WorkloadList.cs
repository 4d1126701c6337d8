using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.Comparison.Workloads;

/// <summary>The workloads by name. A further one is an entry here, and what it asks of the backend in its host.</summary>
internal static class WorkloadList
{
    public const string Default = "small-get";

    public static readonly IReadOnlyDictionary<string, Workload> All = new Workload[]
    {
        new(Default, "GET with an answer of some 40 bytes over 64 keep-alive connections, 10,000 keys", Connections: 64, KeyCount: 10_000,
            new HttpStepDefinition("get", "GET", $"/items/{RequestTemplate.KeyMark}",
                [KeyValuePair.Create(Workload.HashHeader, RequestTemplate.KeyMark)], Body: null)),
    }.ToDictionary(w => w.Name, StringComparer.Ordinal);
}
