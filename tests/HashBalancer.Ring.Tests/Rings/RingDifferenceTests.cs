namespace HashBalancer.Ring.Tests.Rings;

public sealed class RingDifferenceTests
{
    private static readonly RingMember[] Five = [.. Enumerable.Range(1, 5).Select(i => new RingMember($"node-{i}"))];

    [Fact]
    public void Between_ARingAndItself_HasNoMoves()
    {
        var ring = HashRing.Build(Five);

        Assert.Empty(RingDifference.Between(ring, ring).Moves);
        Assert.Empty(RingDifference.Between(ring, HashRing.Build(Five.Reverse())).Moves);
        Assert.Equal(0, RingDifference.Between(ring, ring).MovedShare);
    }

    [Fact]
    public void Between_AfterAJoin_HasOnlyMovesToTheNewcomer_OfItsWholeShare()
    {
        var before = HashRing.Build(Five);
        HashRing after = before.WithMembers([.. Five, new RingMember("node-6")]);

        RingDifference difference = RingDifference.Between(before, after);

        Assert.All(difference.Moves, move => Assert.Equal("node-6", move.To));
        Assert.Equal(Five.Select(m => m.Id).Order(), difference.Moves.Select(m => m.From).Order());
        Assert.True(after.TryGetSlot("node-6", out int slot));
        Assert.Equal(after.Shares()[slot], difference.MovedShare, 12);
        Assert.Equal(difference.Moves.OrderByDescending(m => m.Share), difference.Moves);
    }

    [Fact]
    public void Between_DerivedAndRebuiltRings_IsTheSame()
    {
        var before = HashRing.Build(Five);
        RingMember[] members = [.. Five.Skip(1), new RingMember("other", 2)];

        Assert.Equal(
            RingDifference.Between(before, HashRing.Build(members)).Moves,
            RingDifference.Between(before, before.WithMembers(members)).Moves);
    }

    [Fact]
    public void Between_EmptyAndOneNode_IsTheWholeKeySpace()
    {
        var one = HashRing.Build([new RingMember("a")]);

        Assert.Equal([new RingMove(null, "a", 1)], RingDifference.Between(HashRing.Empty, one).Moves);
        Assert.Equal([new RingMove("a", null, 1)], RingDifference.Between(one, HashRing.Empty).Moves);
        Assert.Empty(RingDifference.Between(HashRing.Empty, HashRing.Build([new RingMember("off", 0)])).Moves);
    }

    [Fact]
    public void Between_AfterAnOverride_IsItsShareFromEveryOwnerBeneath()
    {
        var before = HashRing.Build(Five);
        HashRing after = before.WithOverrides([new RingOverride(1 << 30, (1u << 31) - 1, "node-2")]);

        RingDifference difference = RingDifference.Between(before, after);

        Assert.All(difference.Moves, move => Assert.Equal("node-2", move.To));
        Assert.Equal(["node-1", "node-3", "node-4", "node-5"], difference.Moves.Select(m => m.From).Order());
        Assert.InRange(difference.MovedShare, 0.17, 0.23);
    }

    [Fact]
    public void Between_RingsOfUnlikeSize_AgreesWithCountedKeys()
    {
        var before = HashRing.Build(Five);
        var after = HashRing.Build([.. Five, .. Enumerable.Range(0, 95).Select(i => new RingMember($"more-{i}"))]);
        var chance = new Random(3);
        const int Keys = 200_000;
        int moved = 0;
        for (int i = 0; i < Keys; i++)
        {
            ulong hash = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
            moved += before.OwnerId(hash) == after.OwnerId(hash) ? 0 : 1;
        }

        RingDifference difference = RingDifference.Between(before, after);

        Assert.Equal((double)moved / Keys, difference.MovedShare, 0.005);
        Assert.InRange(difference.MovedShare, 0.94, 0.96);
    }
}
