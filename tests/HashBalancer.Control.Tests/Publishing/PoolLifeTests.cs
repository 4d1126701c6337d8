using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

/// <summary>Nodes that an operator drains, and nodes that start slowly.</summary>
public sealed class PoolLifeTests
{
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task SetDrained_NodeThatIsUp_LeavesTheRingUntilTakenBack()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        HashRing whole = rig.Pool("items").Ring;

        await Drain(rig, "a", drain: true);
        Assert.Equal([NodeState.Draining, NodeState.Up], rig.Pool("items").Nodes.Select(n => n.State));
        Assert.False(rig.Pool("items").Ring.TryGetSlot("a", out _));

        // The registry's word comes again: the drain stays.
        await Publish(rig, Node("a") with { Weight = 2 }, Node("b"));
        Assert.Equal(NodeState.Draining, rig.Pool("items").Nodes[0].State);

        await Publish(rig, Node("a"), Node("b"));
        await Drain(rig, "a", drain: false);
        Assert.Equal(NodeState.Up, rig.Pool("items").Nodes[0].State);
        Assert.Equal(whole.PointCount, rig.Pool("items").Ring.PointCount);
    }

    [Fact]
    public async Task SetDrained_NodeLeavesAndComesBack_IsUp()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        await Drain(rig, "a", drain: true);

        await Publish(rig, Node("b"));
        await Publish(rig, Node("a"), Node("b"));

        Assert.All(rig.Pool("items").Nodes, node => Assert.Equal(NodeState.Up, node.State));
    }

    [Fact]
    public async Task SetDrained_NoteOfThePool_Stays()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        rig.Publisher.SetNote("items", "Lost.");
        await rig.Published();

        await Drain(rig, "a", drain: true);

        Assert.Equal("Lost.", rig.Pool("items").Note);
    }

    [Fact]
    public async Task SetDrained_PoolThatIsNone_ChangesNothing()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"));
        Snapshot before = rig.Current;

        rig.Publisher.SetDrained([("users", "a")]);
        await rig.Published();

        Assert.Same(before, rig.Current);
    }

    [Fact]
    public async Task SlowStart_NodeJoins_TakesKeysStepByStepAndGivesNoneBack()
    {
        await using ControlRig rig = await Slow(Node("a"), Node("b") with { Weight = 2 });
        await Publish(rig, Node("a"), Node("b") with { Weight = 2 }, Node("c") with { Weight = 4 });

        HashSet<int> before = [];
        List<double> weights = [];
        for (int step = 0; step <= PoolLife.Steps; step++)
        {
            weights.Add(rig.Pool("items").Nodes[2].Weight);
            HashSet<int> owned = [.. Enumerable.Range(0, 2000).Where(key => rig.Pool("items").Owner(KeyHash.Of($"key-{key}"))!.Id == "c")];
            Assert.Superset(before, owned);
            before = owned;
            rig.Time.Advance(SlowStart / PoolLife.Steps);
            await rig.Published();
        }

        Assert.Equal(0.4, weights[0], 9);
        Assert.Equal(0.4 + (10 * 0.18), weights[10], 9);
        Assert.Equal(4, weights[20]);
        Assert.Equal(weights.Order(), weights);
        // Four sevenths of the weight.
        Assert.InRange(before.Count, 1040, 1240);
        Assert.Equal([1, 2], rig.Pool("items").Nodes[..2].Select(n => n.Weight));

        Snapshot whole = rig.Current;
        rig.Time.Advance(SlowStart);
        await rig.Published();
        Assert.Same(whole, rig.Current);
    }

    [Fact]
    public async Task SlowStart_FirstAnswer_EveryNodeHasItsWholeWeight()
    {
        await using ControlRig rig = await Slow(Node("a"), Node("b"));
        Assert.All(rig.Pool("items").Nodes, node => Assert.Equal(1, node.Weight));
    }

    [Fact]
    public async Task SlowStart_NodeWasDown_StartsSlowlyAgain()
    {
        await using ControlRig rig = await Slow(Node("a"), Node("b"));
        await Publish(rig, Node("a") with { State = NodeState.Down }, Node("b"));
        await Publish(rig, Node("a"), Node("b"));
        Assert.Equal(0.1, rig.Pool("items").Nodes[0].Weight, 9);
    }

    [Fact]
    public async Task SlowStart_SwitchedOffMeanwhile_GivesTheWholeWeightAtOnce()
    {
        await using ControlRig rig = await Slow(Node("a"));
        await Publish(rig, Node("a"), Node("b"));
        Assert.Equal(0.1, rig.Pool("items").Nodes[1].Weight, 9);

        rig.Publisher.SetSlowStarts(new Dictionary<string, TimeSpan>(StringComparer.Ordinal));
        await rig.Published();

        Assert.Equal(1, rig.Pool("items").Nodes[1].Weight);
    }

    [Fact]
    public async Task HandOver_NodeDrains_ServesUntilItOwnsNothing()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetHandOverTime(TimeSpan.FromSeconds(60));
        await Publish(rig, Node("a"), Node("b"));
        await Drain(rig, "a", drain: true);
        Assert.Equal((NodeState.Up, "a"), (rig.Pool("items").Nodes[0].State, Assert.Single(rig.Pool("items").Leaving)));

        // Half of the circle goes: it stays.
        rig.Publisher.TryAdvance("items", new PoolAssignment(1, [new RingOverride(0, uint.MaxValue / 2, "b")]));
        await rig.Published();
        Assert.Equal(NodeState.Up, rig.Pool("items").Nodes[0].State);

        rig.Publisher.TryAdvance("items", new PoolAssignment(2, [new RingOverride(0, uint.MaxValue, "b")]));
        await rig.Published();
        Assert.Equal(NodeState.Draining, rig.Pool("items").Nodes[0].State);
        Assert.Empty(rig.Pool("items").Leaving);
        Assert.False(rig.Pool("items").Ring.TryGetSlot("a", out _));
    }

    [Fact]
    public async Task HandOver_NobodyLeads_NodeLeavesWhenItsTimeIsOver()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetHandOverTime(TimeSpan.FromSeconds(60));
        await Publish(rig, Node("a"), Node("b"));
        await Drain(rig, "a", drain: true);

        rig.Time.Advance(TimeSpan.FromSeconds(59));
        await rig.Published();
        Assert.Equal(NodeState.Up, rig.Pool("items").Nodes[0].State);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Published();
        Assert.Equal(NodeState.Draining, rig.Pool("items").Nodes[0].State);
    }

    [Fact]
    public async Task HandOver_TakenBack_StaysUp()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetHandOverTime(TimeSpan.FromSeconds(60));
        await Publish(rig, Node("a"), Node("b"));
        await Drain(rig, "a", drain: true);
        await Drain(rig, "a", drain: false);
        Assert.Empty(rig.Pool("items").Leaving);
        rig.Time.Advance(TimeSpan.FromSeconds(120));
        await rig.Published();
        Assert.All(rig.Pool("items").Nodes, node => Assert.Equal(NodeState.Up, node.State));
    }

    /// <summary>With nobody to hand over to there is nothing to wait for; and a node that did not serve here when it was told to drain does not begin to.</summary>
    [Fact]
    public async Task HandOver_AllDrainOrNoneServed_LeaveAtOnce()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetHandOverTime(TimeSpan.FromSeconds(60));
        rig.Publisher.SetDrained([("items", "a")]);
        await Publish(rig, Node("a"), Node("b"));
        Assert.Equal([NodeState.Draining, NodeState.Up], rig.Pool("items").Nodes.Select(n => n.State));

        rig.Publisher.SetDrained([("items", "a"), ("items", "b")]);
        await rig.Published();
        Assert.All(rig.Pool("items").Nodes, node => Assert.Equal(NodeState.Draining, node.State));
    }

    private static async Task<ControlRig> Slow(params NodeRegistration[] nodes)
    {
        var rig = new ControlRig();
        rig.Publisher.SetSlowStarts(new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { ["items"] = SlowStart });
        await Publish(rig, nodes);
        return rig;
    }

    private static NodeRegistration Node(string id) => new(id, "10.0.0.1", 80);

    private static Task Drain(ControlRig rig, string id, bool drain)
    {
        rig.Publisher.SetDrained(drain ? [("items", id)] : []);
        return rig.Published();
    }

    private static Task Publish(ControlRig rig, params NodeRegistration[] nodes)
    {
        rig.Publisher.SetPools(["items"]);
        rig.Publisher.SetMembership(new PoolMembership("items", MembershipSource.Registry, nodes));
        return rig.Published();
    }
}
