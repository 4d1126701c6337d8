namespace HashBalancer.Simulation.Fleet;

/// <summary>The nodes of a run. Times and cache sizes are those of the queue model that the rules were designed with.</summary>
internal sealed record FleetPlan
{
    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 10;

    /// <summary>Requests that a node works on at once; others wait there, first come, first served.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Distinct keys per node.</summary>
    public int KeysPerNode { get; init; } = 5_000;

    /// <summary>Keys that a node holds.</summary>
    public int HeldKeys { get; init; } = 2_500;

    /// <summary>The work on a key that the node holds.</summary>
    public TimeSpan Hit { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>The work on a key that it does not hold.</summary>
    public TimeSpan Miss { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Distinct keys in all.</summary>
    public int Keys => Nodes * KeysPerNode;
}
