using HashBalancer.LoadTests.Faults;
using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Events;

/// <summary>Something is wrong for a while between the gateways and a node.</summary>
internal sealed class FaultAction(NodeChoice node, FaultSettings faults, TimeSpan length) : IEventAction
{
    public string Description => $"between gateways and {node.Text}: {faults.Description} for {Durations.Text(length)}";

    public NodeChoice? Node => node;

    public bool NeedsFaults => true;

    public async Task<string?> Apply(EventContext on, CancellationToken cancellation)
    {
        FleetNode struck = node.In(on.Fleet);
        FaultProxy proxy = struck.Faults ?? throw new InvalidOperationException($"{struck.Id} has no fault proxy.");
        proxy.Faults = faults;
        try
        {
            await Task.Delay(length, on.Time, cancellation);
        }
        finally
        {
            proxy.Faults = FaultSettings.None;
        }

        return struck.Id;
    }
}
