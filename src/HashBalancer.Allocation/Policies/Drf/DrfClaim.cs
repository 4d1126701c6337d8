using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>What one pool asks of a fleet with several resources: so many tasks of one shape.</summary>
/// <param name="Name">Names the pool in results.</param>
/// <param name="Demand">What one task takes; not zero.</param>
public sealed record DrfClaim(string Name, ResourceVector Demand)
{
    /// <summary>Relative right to the fleet, 0 or more; 0 shares only what all others leave. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Tasks the pool gets before anybody gets more. Default 0.</summary>
    public double Floor { get; init; }

    /// <summary>Tasks the pool never gets more of: its maximum or its request, whichever is less. Default unlimited.</summary>
    public double Ceiling { get; init; } = double.PositiveInfinity;
}
