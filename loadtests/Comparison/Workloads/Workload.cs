using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.Comparison.Workloads;

/// <summary>What the client asks the proxies for.</summary>
/// <param name="Name">As <c>--workload</c> names it.</param>
/// <param name="Description">One line for reports.</param>
/// <param name="Connections">Keep-alive connections to the proxy.</param>
/// <param name="KeyCount">Distinct keys, drawn uniformly.</param>
/// <param name="Request">The request; the key stands in its hash header.</param>
/// <param name="Front">What the proxy speaks with the client.</param>
internal sealed record Workload(
    string Name, string Description, int Connections, long KeyCount, HttpStepDefinition Request, Front Front = Front.Plain)
{
    /// <summary>The header that every proxy hashes.</summary>
    public const string HashHeader = "X-User-Id";

    /// <summary>As much as the proxy can do: each connection asks again as soon as it is answered.</summary>
    public Scenario Saturating(TimeSpan duration) => With(duration, new ClosedLoop(Connections, TimeSpan.Zero));

    /// <summary>A given rate, whatever the proxy does: latencies count from the intended start.</summary>
    public Scenario AtRate(double rate, TimeSpan duration) =>
        With(duration, new OpenLoop("constant", rate, (r, _) => new ConstantArrivals(r)));

    private Scenario With(TimeSpan duration, ILoadSimulation load) => new()
    {
        Name = Name,
        Description = Description,
        Duration = duration,
        Connections = Connections,
        Load = load,
        Keys = () => new UniformKeys(KeyCount),
        Steps = [Request],
    };
}
