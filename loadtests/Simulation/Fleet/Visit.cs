using HashBalancer.Simulation.Clock;

namespace HashBalancer.Simulation.Fleet;

/// <summary>A request's visit to a node; it happens when the node is done.</summary>
internal abstract class Visit : Happening
{
    /// <summary>The key, as a number.</summary>
    public int Key { get; init; }

    /// <summary>The class that admission sees, as an index of the run's classes.</summary>
    public int Class { get; init; }

    /// <summary>How much work it is, beside others: 1 in the mean.</summary>
    public double Work { get; init; } = 1;

    /// <summary>Whether the node held the key when it began to work.</summary>
    public bool WasHeld { get; set; }
}
