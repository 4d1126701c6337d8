using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>A node's process is killed, and started again after a while or not at all.</summary>
internal sealed class KillNode(NodeChoice node, TimeSpan? restartAfter) : IEventAction
{
    public string Description => $"{node.Text} is killed{(restartAfter is { } after ? $" and started again {Durations.Text(after)} later" : "")}";

    public NodeChoice? Node => node;

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetNode killed = node.In(on.Fleet);
        await killed.Kill();
        if (restartAfter is { } after)
        {
            await Task.Delay(after, on.Time, cancellation);
            await killed.Start(cancellation);
        }

        return killed.Id;
    }
}

/// <summary>A node that was killed or stopped comes back.</summary>
internal sealed class StartNode(NodeChoice node) : IEventAction
{
    public string Description => $"{node.Text} comes back";

    public NodeChoice? Node => node;

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetNode started = node.In(on.Fleet);
        if (!started.Runs)
            await started.Start(cancellation);
        return started.Id;
    }
}

/// <summary>A further node registers itself.</summary>
internal sealed class JoinNode : IEventAction
{
    public string Description => "a further node joins";

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetNode node = on.Fleet.Add();
        await node.Start(cancellation);
        return node.Id;
    }
}

/// <summary>A node drains, deregisters and ends.</summary>
internal sealed class LeaveNode(NodeChoice node) : IEventAction
{
    public string Description => $"{node.Text} leaves";

    public NodeChoice? Node => node;

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetNode left = node.In(on.Fleet);
        await left.Stop();
        return left.Id;
    }
}

/// <summary>Every node in turn drains, ends and comes back before the next does.</summary>
internal sealed class RollingRestart(TimeSpan pause) : IEventAction
{
    public string Description => $"all nodes restart one after another, {Durations.Text(pause)} between";

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        foreach (FleetNode node in on.Fleet.Nodes.ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            await node.Stop();
            await node.Start(cancellation);
            await Task.Delay(pause, on.Time, cancellation);
        }

        return null;
    }
}

/// <summary>A node is taken out of the rings by the admin API, or put back.</summary>
internal sealed class DrainNode(NodeChoice node, bool back) : IEventAction
{
    public string Description => $"{node.Text} is {(back ? "un" : "")}drained by the admin API";

    public NodeChoice? Node => node;

    public bool NeedsFaults => false;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        string id = node.In(on.Fleet).Id;
        await on.Fleet.Drain(id, back, cancellation);
        return id;
    }
}
