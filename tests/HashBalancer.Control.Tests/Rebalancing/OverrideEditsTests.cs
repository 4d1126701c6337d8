using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class OverrideEditsTests
{
    private static readonly ImmutableArray<RingOverride> Some = [new(10, 19, "a"), new(30, 39, "b")];

    [Fact]
    public void Apply_NoMoves_IsTheSame() => Assert.Equal(Some, OverrideEdits.Apply(Some, []).AsEnumerable());

    [Fact]
    public void Apply_MoveElsewhere_StandsInOrder() =>
        Assert.Equal([new(10, 19, "a"), new(20, 25, "c"), new(30, 39, "b")], OverrideEdits.Apply(Some, [Move(20, 25, "c")]).AsEnumerable());

    [Fact]
    public void Apply_MoveOfAPart_CutsWhatWasThere() =>
        Assert.Equal([new(10, 12, "a"), new(13, 15, "c"), new(16, 19, "a"), new(30, 39, "b")], OverrideEdits.Apply(Some, [Move(13, 15, "c")]).AsEnumerable());

    [Fact]
    public void Apply_ReturnHome_LeavesAHole() =>
        Assert.Equal([new(15, 19, "a"), new(30, 39, "b")], OverrideEdits.Apply(Some, [Move(10, 14, "home", ArcMoveReason.Return)]).AsEnumerable());

    [Fact]
    public void Apply_NeighboursOfOneNode_BecomeOne() =>
        Assert.Equal([new(10, 39, "b")], OverrideEdits.Apply(Some, [Move(10, 29, "b")]).AsEnumerable());

    [Fact]
    public void Apply_EndsOfTheCircle_DoNotWrap() =>
        Assert.Equal(
            [new(0, 4, "a"), new(uint.MaxValue - 4, uint.MaxValue, "a")],
            OverrideEdits.Apply([], [Move(uint.MaxValue - 4, uint.MaxValue, "a"), Move(0, 4, "a")]).AsEnumerable());

    [Fact]
    public void Tidy_OverridesThatSayWhatPointsSay_GoAndNothingMoves()
    {
        HashRing points = HashRing.Build([new RingMember("a"), new RingMember("b"), new RingMember("c")]);
        RingArc[] arcs = [.. points.Arcs().Take(3)];
        string Home(int i) => points.MemberAt(arcs[i].Slot)!.Value.Id;
        string other = "abc".Select(c => $"{c}").First(id => id != Home(1));
        HashRing ring = points.WithOverrides([new(arcs[0].First, arcs[0].Last, Home(0)), new(arcs[1].First, arcs[1].Last, other), new(arcs[2].First, arcs[2].Last, "absent")]);

        ImmutableArray<RingOverride> tidied = OverrideEdits.Tidy(ring.Overrides, ring);

        Assert.Equal([other, "absent"], tidied.Select(o => o.NodeId));
        Assert.Equal(0, RingDifference.Between(ring, ring.WithOverrides(tidied)).MovedShare);
    }

    private static ArcMove Move(uint first, uint last, string to, ArcMoveReason reason = ArcMoveReason.Balance) => new(first, last, "x", to, 1, reason);
}
