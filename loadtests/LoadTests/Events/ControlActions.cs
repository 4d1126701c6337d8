using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>The registry is killed, and comes back empty at its address.</summary>
internal sealed class RegistryOutage(TimeSpan length) : IEventAction
{
    public string Description => $"the registry is killed and comes back, empty, after {Durations.Text(length)}";

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        await on.Fleet.Registry.Kill();
        await Task.Delay(length, on.Time, cancellation);
        await on.Fleet.Registry.Start(cancellation);
        return null;
    }
}

/// <summary>The gateway that leads is killed: taken out of the load balancer before it, at once, with what it has in flight.</summary>
internal sealed class KillLeader(TimeSpan? restartAfter) : IEventAction
{
    public string Description => $"the leading gateway is killed{(restartAfter is { } after ? $" and started again {Durations.Text(after)} later" : "")}";

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetGateway leader = await on.Fleet.Leader(cancellation);
        leader.Entrance.IsOpen = false;
        await leader.Kill();
        await on.Fleet.Leader(cancellation);
        if (restartAfter is { } after)
        {
            await Task.Delay(after, on.Time, cancellation);
            await leader.Start(cancellation);
            await on.Fleet.Serves(on.Fleet.Nodes.Count(n => n.Runs), cancellation);
            leader.Entrance.IsOpen = true;
        }

        return null;
    }
}
