namespace HashBalancer.LoadTests.Events;

/// <summary>What an event does to a fleet.</summary>
internal interface IEventAction
{
    /// <summary>What happens, in words.</summary>
    string Description { get; }

    /// <summary>Which node it happens to; null for none or all.</summary>
    NodeChoice? Node => null;

    /// <summary>Whether it acts between the gateways and a node, which needs a fault proxy there.</summary>
    bool NeedsFaults { get; }

    /// <summary>Does it, and returns when it is done.</summary>
    /// <param name="on">What it is done to.</param>
    /// <param name="cancellation">The run is over or given up: leave the fleet as it is.</param>
    /// <returns>The node that it concerns; null for none or several.</returns>
    /// <exception cref="Targets.TargetException">It could not be done.</exception>
    Task<string?> Apply(EventContext on, CancellationToken cancellation);
}
