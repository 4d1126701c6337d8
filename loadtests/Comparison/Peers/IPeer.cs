using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Peers;

/// <summary>A proxy that takes part in the comparison.</summary>
internal interface IPeer
{
    string Name { get; }

    /// <summary>Whether it is one that HashBalancer is measured against: the best of these is 1 in the ratio column.</summary>
    bool IsYardstick { get; }

    /// <summary>Why it cannot take part on this machine, or speaks no such protocol with clients; null when it can.</summary>
    string? Missing(Front front);

    /// <summary>Starts it before the backends and returns when it has served a request.</summary>
    /// <exception cref="LoadTests.Targets.TargetException">It did not come up.</exception>
    Task<RunningPeer> Start(PeerContext context, CancellationToken cancellation);
}
