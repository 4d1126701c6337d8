namespace HashBalancer.LoadTests.Load;

/// <summary>Decides when iterations start.</summary>
internal interface ILoadSimulation
{
    /// <summary>What reports call it, with its parameters.</summary>
    string Description { get; }

    /// <summary>Iterations that shall start per second whatever the server does; null for a closed loop, which waits for answers.</summary>
    double? Rate { get; }

    /// <summary>How many iterations a closed loop keeps going at once; null for open loops, which have no such limit.</summary>
    int? Users { get; }

    /// <summary>Starts iterations until the run's length is over, and returns when all of them have ended.</summary>
    Task Run(LoadRun run, CancellationToken cancellation);
}
