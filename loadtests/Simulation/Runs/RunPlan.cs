using HashBalancer.Proxy;
using HashBalancer.Simulation.Fleet;

namespace HashBalancer.Simulation.Runs;

/// <summary>What is simulated.</summary>
internal sealed record RunPlan
{
    /// <summary>The nodes.</summary>
    public FleetPlan Fleet { get; init; } = new();

    /// <summary>How the gateway chooses among them.</summary>
    public required PoolPolicy Policy { get; init; }

    /// <summary>The skew of the keys.</summary>
    public double Exponent { get; init; } = 1;

    /// <summary>Requests per second.</summary>
    public required double Rate { get; init; }

    /// <summary>The classes of requests that admission tells apart, each with its part of all requests; none: all are alike.</summary>
    public IReadOnlyList<(string Name, double Share)> Classes { get; init; } = [];

    /// <summary>Fixes arrivals and keys.</summary>
    public int Seed { get; init; } = 1;
}
