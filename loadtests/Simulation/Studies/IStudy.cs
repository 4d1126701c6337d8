namespace HashBalancer.Simulation.Studies;

/// <summary>One question put to the simulation.</summary>
internal interface IStudy
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>Asks.</summary>
    /// <param name="findings">Takes the answer.</param>
    /// <param name="effort">How long runs are: 1 for a result worth keeping, less for a quick look.</param>
    void Run(Findings findings, double effort);
}
