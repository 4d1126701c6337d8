using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Targets;

/// <summary>What scenarios run against.</summary>
internal static class TargetChoice
{
    /// <summary>The fleet that a scenario asks for.</summary>
    /// <param name="scenario">How many nodes and gateways, and how they are set up.</param>
    /// <param name="together">Others that run against it at the same time: their events happen to it too.</param>
    public static FleetPlan PlanOf(Scenario scenario, IEnumerable<Scenario> together) => new(
        scenario.Nodes, scenario.Gateways, scenario.Work, scenario.Settings, scenario.Pools,
        together.Append(scenario).Any(s => s.Events.Any(e => e.Action.NeedsFaults)));
}
