using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

public sealed class FleetMapTests
{
    private static readonly FleetMap Map = new(7,
    [
        Lease("n1", "items", LeasePhase.Serving),
        Lease("n2", "items", LeasePhase.Warming) with { FormerPool = "users", FormerInstance = FleetLease.InstanceOf("n2", "users") },
        Lease("n3", "users", LeasePhase.Draining),
        Lease("n4", "items", LeasePhase.Notice),
        new FleetLease("n5"),
    ]);

    [Theory]
    [InlineData("items", "n1.items", NodeState.Up)]
    [InlineData("items", "n4.items", NodeState.Up)]
    [InlineData("items", "n2.items", NodeState.Warming)]
    [InlineData("users", "n2.users", NodeState.Draining)]
    [InlineData("users", "n3.users", NodeState.Draining)]
    [InlineData("users", "n1.users", NodeState.Draining)] // Long since of another pool: only an old answer of the registry names it.
    [InlineData("users", "n5.users", NodeState.Draining)]
    [InlineData("users", "n9.users", NodeState.Up)] // Of no node of the fleet.
    [InlineData("users", "web-1", NodeState.Up)]
    public void StateOf_Instance_IsWhatItsNodesLeaseSays(string pool, string instance, NodeState expected) => Assert.Equal(expected, Map.StateOf(pool, instance));

    [Fact]
    public void DifferentPools_LaterMap_NamesThoseWhoseInstancesChange()
    {
        var later = new FleetMap(8, [.. Map.Leases.Values.Where(lease => lease.Node != "n4"), Lease("n4", "items", LeasePhase.Draining)]);

        Assert.Equal(["items"], Map.DifferentPools(later));
        Assert.Empty(Map.DifferentPools(new FleetMap(9, Map.Leases.Values)));
    }

    private static FleetLease Lease(string node, string pool, LeasePhase phase) =>
        new(node) { Pool = pool, Service = pool, Instance = FleetLease.InstanceOf(node, pool), Phase = phase };
}
