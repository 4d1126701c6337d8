using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Peers;

namespace HashBalancer.Comparison.Balance.Peers;

/// <summary>A way to spread keys over nodes that is compared.</summary>
internal interface IBalancePeer
{
    string Name { get; }

    /// <summary>Why it cannot take part on this machine; null when it can.</summary>
    string? Missing { get; }

    /// <summary>Starts it before a fleet and returns when it has served a request.</summary>
    /// <param name="context">With the fleet's addresses.</param>
    /// <param name="fleet">What it may watch.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LoadTests.Targets.TargetException">It did not come up.</exception>
    Task<RunningPeer> Start(PeerContext context, Fleet fleet, CancellationToken cancellation);
}
