using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

/// <summary>Two nodes of one capacity.</summary>
public sealed class ArcMoverTests
{
    private const int Bits = 16;
    private static readonly HashRing Points = HashRing.Build([new RingMember("a"), new RingMember("b")]);

    [Fact]
    public void Balance_OneArcTooHotToMoveWhole_IsSplit()
    {
        // Ten requests a second in each of ten slices of one arc, next to nothing elsewhere.
        RingArc hot = Points.Arcs().First(arc => arc.Slot == SlotOf("a") && (arc.Last >> (32 - Bits)) - (arc.First >> (32 - Bits)) > 12);
        uint first = (hot.First >> (32 - Bits)) + 1;
        var slices = new SliceRates(Bits, [.. Enumerable.Range(0, 10).Select(i => (first + (uint)i, 10.0))], 2);
        ArcMover mover = Mover(Points, slices, room: 100);

        mover.Balance(0.05);

        ArcMove move = mover.Moves.MaxBy(m => m.Rate)!;
        Assert.Equal(("a", "b", ArcMoveReason.Balance), (move.From, move.To, move.Reason));
        Assert.InRange(move.Rate, 45, 55);
        Assert.True(move.First >= hot.First && move.Last < hot.Last, "a part of it moves");
        Assert.InRange(mover.Busiest, 1, 1.05);
    }

    /// <summary>One node at 1.23 of the mean.</summary>
    [Theory]
    [InlineData(0, 1, 1.01)]
    [InlineData(0.08, 1.06, 1.08)]
    [InlineData(0.12, 1.2, 1.25)]
    public void Balance_ChanceAloneTakesNodesSoFar_MovesNoMoreThanIsKnown(double noise, double least, double most)
    {
        uint[] hot = [.. Points.Arcs().Where(arc => arc.Slot == SlotOf("a") && (arc.Last >> (32 - Bits)) - (arc.First >> (32 - Bits)) > 2).Take(60).Select(arc => (arc.First >> (32 - Bits)) + 1)];
        var slices = new SliceRates(Bits, [.. hot.Select(slice => (slice, 1.0))], 200);
        ArcMover mover = Mover(Points, slices, room: 100, noise);

        mover.Balance(0.05);

        Assert.InRange(mover.Busiest, least, most);
    }

    [Fact]
    public void MakeRoom_TableIsCrowded_SendsTheColdestArcsHome()
    {
        RingArc[] away = [.. Points.Arcs().Where(arc => arc.Slot == SlotOf("a")).Take(3)];
        HashRing ring = Points.WithOverrides(away.Select(arc => new RingOverride(arc.First, arc.Last, "b")));
        // The first is warm, the others are cold.
        var slices = new SliceRates(Bits, [(away[0].First >> (32 - Bits), 50)], 100);
        ArcMover mover = Mover(ring, slices, room: 0);

        mover.MakeRoom(tolerance: 1, room: 2);

        Assert.Equal(2, mover.Moves.Count);
        Assert.All(mover.Moves, move => Assert.Equal(("b", "a", ArcMoveReason.Return), (move.From, move.To, move.Reason)));
        Assert.DoesNotContain(mover.Moves, move => move.First == away[0].First);
        Assert.Equal([away[0].First], OverrideEdits.Apply(ring.Overrides, mover.Moves).Select(o => o.First));
    }

    private static int SlotOf(string id) => Points.TryGetSlot(id, out int slot) ? slot : -1;

    private static ArcMover Mover(HashRing ring, SliceRates slices, int room, double noise = 0)
    {
        double[] loads = new double[ring.SlotCount];
        foreach (RingArc arc in ring.Arcs())
            loads[arc.Slot] += slices.Of(arc.First, arc.Last);
        return new ArcMover(ring, slices, ((string[])["a", "b"]).Select(id => new NodeStanding(SlotOf(id), id, 100, loads[SlotOf(id)], noise)), static _ => true, budget: 1, room);
    }
}
