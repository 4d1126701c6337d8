namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>What one pool asks of a single divisible resource.</summary>
/// <param name="Name">Names the pool in results.</param>
public sealed record FairClaim(string Name)
{
    /// <summary>Relative right to the resource, 0 or more; 0 shares only what all others leave. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What the pool gets before anybody gets more, as far as it asks for it. Default 0.</summary>
    public double Floor { get; init; }

    /// <summary>What the pool never gets more of: its maximum or its request, whichever is less. Default unlimited.</summary>
    public double Ceiling { get; init; } = double.PositiveInfinity;

    /// <summary>Who keeps its floor when the floors together exceed the capacity: the higher first. Default 0.</summary>
    public int Priority { get; init; }
}
