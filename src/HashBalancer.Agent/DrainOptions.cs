namespace HashBalancer.Agent;

/// <summary>How an instance leaves: maintenance mode, then requests in flight finish, then it is deregistered.</summary>
public sealed class DrainOptions
{
    /// <summary>Whether it leaves in this way; else it is deregistered at once. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The shortest time in maintenance mode, in which every gateway learns of it. Default 1 s; from 0 to 5 minutes.</summary>
    public TimeSpan MinTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time that requests in flight are waited for. Default 20 s; from <see cref="MinTime"/> to 1 hour. With
    /// <see cref="AgentOptions.DeregisterTimeout"/> it must fit into the host's shutdown timeout, 30 s by default.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);
}
