using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

/// <summary>A node that is to leave gives its arcs away in steps, and nothing moves when it goes.</summary>
public sealed class HandOverTests
{
    private const string Leaver = "node-2";
    private static readonly RebalancingOptions Defaults = new();

    [Fact]
    public void Plan_NodeIsToLeave_HandsItsArcsOverInStepsBeforeItsTimeIsOver()
    {
        var fleet = new FleetModel(1.0, 1, 1, 1, 1, 1, 1, 1, 1);
        Assert.True(fleet.StepsUntil(1.05, most: 24) <= 24);
        fleet.Ring.TryGetSlot(Leaver, out int slot);
        double share = fleet.Ring.Shares()[slot];
        fleet.Leaving = [Leaver];

        int steps = 0;
        double largest = 0;
        while (fleet.Ring.Shares()[slot] > 0)
        {
            RebalancePlan plan = fleet.Step();
            Assert.DoesNotContain(plan.Moves, m => m.To == Leaver);
            largest = Math.Max(largest, plan.Moves.Where(m => m.Reason == ArcMoveReason.HandOver).Sum(m => m.Share));
            Assert.InRange(++steps, 1, (int)(Defaults.HandOverTime / Defaults.Interval));
        }

        Assert.True(steps >= 4, $"{steps} steps");
        Assert.InRange(largest, share / 10, share / 3);

        // It goes: nothing moves, and the load is even.
        HashRing before = fleet.Ring;
        fleet.Leave(Leaver);
        Assert.Equal(0, RingDifference.Between(before, fleet.Ring).MovedShare, 12);
        Assert.True(fleet.Busiest < 1.12, $"{fleet.Busiest}");

        // What its points would say now needs no override any more, and taking them away moves nothing.
        int overrides = fleet.Ring.Overrides.Length;
        fleet.Step();
        fleet.Step();
        Assert.True(fleet.Ring.Overrides.Length < overrides / 2, $"{fleet.Ring.Overrides.Length} of {overrides}");
    }

    [Fact]
    public void Plan_NodeStaysAfterAll_GetsItsArcsBack()
    {
        var fleet = new FleetModel(0.9, 1, 1, 1, 1, 1);
        fleet.StepsUntil(1.05, most: 24);
        fleet.Ring.TryGetSlot(Leaver, out int slot);
        fleet.Leaving = [Leaver];
        for (int i = 0; i < 4; i++)
            fleet.Step();
        Assert.True(fleet.Ring.Shares()[slot] < 0.15);

        fleet.Leaving = [];
        for (int i = 0; i < 400; i++)
            fleet.Step();
        Assert.True(fleet.Busiest <= 1.06, $"{fleet.Busiest}");
    }

    [Fact]
    public void Plan_OverridesOfANodeThatIsGoneForLong_AreDroppedAndNothingMoves()
    {
        var fleet = new FleetModel(1.1, 1, 1, 1, 0.5);
        for (int i = 0; i < 60; i++)
            fleet.Step();
        string away = fleet.Ring.Overrides[0].NodeId;
        fleet.Leave(away);
        fleet.Step();
        Assert.Contains(fleet.Ring.Overrides, o => o.NodeId == away);
        for (int i = 0; i < 10 * 60 / 5; i++)
            fleet.Step();
        Assert.DoesNotContain(fleet.Ring.Overrides, o => o.NodeId == away);
    }
}
