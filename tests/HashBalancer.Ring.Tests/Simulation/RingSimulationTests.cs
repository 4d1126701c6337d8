namespace HashBalancer.Ring.Tests.Simulation;

/// <summary>What a simulation says is what the ring of the changed members does.</summary>
public sealed class RingSimulationTests
{
    private static readonly RingMember[] Five = [.. Enumerable.Range(1, 5).Select(i => new RingMember($"node-{i}"))];
    private static readonly string[] Keys = [.. Enumerable.Range(0, 2000).Select(i => $"key {i}")];

    [Fact]
    public void Run_ANodeLeaves_OwnsWhatARingBuiltWithoutItOwns()
    {
        HashRing ring = HashRing.Build(Five).WithOverrides([new RingOverride(1 << 30, (1u << 31) - 1, "node-2"), new RingOverride(1u << 31, (1u << 31) + (1 << 28), "node-3")]);

        var simulation = RingSimulation.Run(ring, [new RingChange(RingChangeKind.Remove, "node-2")]);

        HashRing really = HashRing.Build(Five.Where(member => member.Id != "node-2")).WithOverrides(ring.Overrides);
        Assert.Equal(Keys.Select(key => OwnerOn(really, key)), Keys.Select(key => OwnerOn(simulation.After, key)));
        Assert.Equal(RingDifference.Between(ring, really).Moves, simulation.Difference.Moves);
        Assert.Equal(simulation.Nodes[1].ShareBefore, simulation.Difference.MovedShare, 12);
        Assert.Equal((1.0, null, 0.0), (simulation.Nodes[1].WeightBefore, simulation.Nodes[1].WeightAfter, simulation.Nodes[1].ShareAfter));
        Assert.Equal(1, simulation.Nodes.Sum(node => node.ShareAfter), 12);
        Assert.Same(ring, simulation.Before);
        Assert.Equal(5, ring.Count);
    }

    [Fact]
    public void Run_SeveralChanges_HappenTogether()
    {
        var ring = HashRing.Build(Five);

        var simulation = RingSimulation.Run(ring,
        [
            new RingChange(RingChangeKind.Add, "node-6", 2), new RingChange(RingChangeKind.Remove, "node-1"), new RingChange(RingChangeKind.Reweight, "node-2", 0),
        ]);

        var really = HashRing.Build([new("node-3"), new("node-4"), new("node-5"), new("node-6", 2), new("node-2", 0)]);
        Assert.Equal(Keys.Select(key => OwnerOn(really, key)), Keys.Select(key => OwnerOn(simulation.After, key)));
        Assert.Equal(["node-1", "node-2", "node-3", "node-4", "node-5", "node-6"], simulation.Nodes.Select(node => node.Id));
        Assert.Equal([null, 0, 1, 1, 1, 2], simulation.Nodes.Select(node => node.WeightAfter));
        Assert.Equal([1, 1, 1, 1, 1, null], simulation.Nodes.Select(node => node.WeightBefore));
    }

    [Fact]
    public void Run_NoChange_MovesNothing()
    {
        var ring = HashRing.Build(Five);

        var simulation = RingSimulation.Run(ring, []);

        Assert.Same(ring, simulation.After);
        Assert.Equal(0, simulation.Difference.MovedShare);
        Assert.All(simulation.Nodes, node => Assert.Equal(node.ShareBefore, node.ShareAfter));
    }

    [Fact]
    public void Run_ChangesThatDoNotFit_AreAllNamed()
    {
        var ring = HashRing.Build(Five);

        ArgumentException error = Assert.Throws<ArgumentException>(() => RingSimulation.Run(ring,
        [
            new RingChange(RingChangeKind.Add, "node-1"), new RingChange(RingChangeKind.Remove, "other"), new RingChange(RingChangeKind.Reweight, "another"),
            new RingChange(RingChangeKind.Reweight, "node-2", 1001), new RingChange(RingChangeKind.Remove, "node-2"), new RingChange(RingChangeKind.Add, ""),
            new RingChange(RingChangeKind.Add, "new", double.NaN),
        ]));

        Assert.Equal(
            """
            Node 'node-1' cannot be added: it is on the ring.
            Node 'other' cannot be removed: it is not on the ring.
            Node 'another' cannot be given another weight: it is not on the ring.
            Node 'node-2' has weight 1001; allowed are 0 to 1000.
            Node 'node-2' stands twice; one change a node is allowed.
            A node has no id.
            Node 'new' has weight NaN; allowed are 0 to 1000.
            """, error.Message);
    }

    [Fact]
    public void Run_TheLastNodeLeaves_LeavesNoOwner()
    {
        var simulation = RingSimulation.Run(HashRing.Build([new RingMember("a")]), [new RingChange(RingChangeKind.Remove, "a")]);

        Assert.Equal([new RingMove("a", null, 1)], simulation.Difference.Moves);
        Assert.Equal(-1, simulation.After.Owner(0));
    }

    private static string? OwnerOn(HashRing ring, string key) => ring.MemberAt(ring.Owner(KeyHash.Of(key)))?.Id;
}
