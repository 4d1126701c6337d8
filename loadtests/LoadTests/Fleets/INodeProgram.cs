using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>What a node's process is.</summary>
internal interface INodeProgram
{
    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="id">The node's id.</param>
    /// <param name="port">Where it listens; 0 for a free port.</param>
    /// <param name="advertised">The port that it registers; 0 for its own.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The process, and its port; 0 where it has none of its own.</returns>
    /// <exception cref="TargetException">It did not come to serve.</exception>
    Task<(ChildProcess Process, int Port)> Start(string id, int port, int advertised, CancellationToken cancellation);
}
