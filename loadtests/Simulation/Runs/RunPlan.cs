using HashBalancer.Control;
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

    /// <summary>Over how long the requests grow from a fifth to all: caches are cold at first.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>Whether every request is as much work as is planned for it; else work is exponentially distributed around that.</summary>
    public bool IsWorkFixed { get; init; }

    /// <summary>How measured load moves arcs; null: it does not.</summary>
    public RebalancingOptions? Rebalancing { get; init; }

    /// <summary>Whether nodes report how busy they are with each answer.</summary>
    public bool Reports { get; init; } = true;

    /// <summary>Fixes arrivals and keys.</summary>
    public int Seed { get; init; } = 1;
}
