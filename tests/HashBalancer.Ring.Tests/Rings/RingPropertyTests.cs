using FsCheck.Fluent;

namespace HashBalancer.Ring.Tests.Rings;

public sealed class RingPropertyTests
{
    [Fact]
    public void Derived_AnyChainOfMemberships_IsTheReference() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.Membership, Generate.PointsPerUnitWeight, (first, second, points) =>
        {
            HashRing ring = HashRing.Build(first, points).WithMembers(second).WithMembers(first).WithMembers([.. second.Skip(1)]);
            AssertIs(ring, second.Skip(1), points);
        }));

    [Fact]
    public void Build_AnyOrder_IsOneRing() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.PointsPerUnitWeight, (members, points) =>
        {
            RingMember[] shuffled = [.. members];
            new Random(members.Length).Shuffle(shuffled);
            HashRing one = HashRing.Build(members, points), other = HashRing.Build(shuffled, points);

            Assert.Equal(one.Arcs(), other.Arcs());
            Assert.Equal(one.Members(), other.Members());
            for (int slot = 0; slot < one.SlotCount; slot++)
                Assert.Equal(one.MemberAt(slot), other.MemberAt(slot));
        }));

    [Fact]
    public void Leave_MovesOnlyTheLeaversKeys() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.PointsPerUnitWeight, (members, points) =>
        {
            var ring = HashRing.Build(members, points);
            foreach (RingMember leaver in members)
            {
                HashRing without = ring.WithMembers(members.Where(m => m != leaver));
                Assert.All(RingDifference.Between(ring, without).Moves, move => Assert.Equal(leaver.Id, move.From));
                Assert.Equal(ring.Shares()[SlotOf(ring, leaver)], RingDifference.Between(ring, without).MovedShare, 12);
            }
        }), cases: 60);

    [Fact]
    public void Join_MovesKeysOnlyToTheNewcomer() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.PointsPerUnitWeight, (members, points) =>
        {
            var ring = HashRing.Build(members, points);
            HashRing with = ring.WithMembers([.. members, new RingMember("newcomer", 2)]);

            Assert.All(RingDifference.Between(ring, with).Moves, move => Assert.Equal("newcomer", move.To));
        }));

    [Fact]
    public void Reweight_MovesKeysOnlyToOrFromThatNode() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.PointsPerUnitWeight, (members, points) =>
        {
            var ring = HashRing.Build(members, points);
            foreach (RingMember member in members)
            {
                foreach (double weight in new[] { 0, 0.3, 1, 2.5, 9 })
                {
                    HashRing other = ring.WithMembers(members.Select(m => m == member ? m with { Weight = weight } : m));
                    Assert.All(
                        RingDifference.Between(ring, other).Moves,
                        move => Assert.Equal(member.Id, weight > member.Weight ? move.To : move.From));
                }
            }
        }), cases: 30);

    [Fact]
    public void Walk_YieldsEachServingNodeOnce_InTheReferencesOrder() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.PointsPerUnitWeight, (members, points) =>
        {
            var ring = HashRing.Build(members, points);
            var reference = new ReferenceRing(members, points);
            foreach (ulong hash in Keys.Random(members.Length, 5))
            {
                string[] walk = ring.WalkIds(hash);
                Assert.Equal(reference.Walk(hash), walk);
                Assert.Equal(members.Where(m => m.Weight > 0).Select(m => m.Id).Order(), walk.Order());
            }
        }), cases: 100);

    /// <summary>Every pair of the 64 sets of six nodes that differ by one node, at few enough points that arcs are wide and points meet
    /// the ends of the circle, compared over the whole circle.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Join_OfEverySubsetOfSix_MovesKeysOnlyToTheNewcomer(int points)
    {
        RingMember[] six = [.. Enumerable.Range(0, 6).Select(i => new RingMember($"n{i}", 1 + (i % 2)))];
        HashRing[] rings = [.. Enumerable.Range(0, 64).Select(set => HashRing.Build(six.Where((_, i) => (set >> i & 1) == 1), points))];
        for (int set = 0; set < 64; set++)
        {
            for (int i = 0; i < 6; i++)
            {
                if ((set >> i & 1) == 1)
                    continue;
                HashRing with = rings[set | (1 << i)];
                RingDifference difference = RingDifference.Between(rings[set], with);
                Assert.All(difference.Moves, move => Assert.Equal($"n{i}", move.To));
                Assert.Equal(with.Shares()[SlotOf(with, six[i])], difference.MovedShare, 12);
                Assert.Equal(with.Arcs().Select(a => (a.First, with.MemberAt(a.Slot))), Derived(rings[set], with).Select(a => (a.First, a.Member)));
            }
        }
    }

    private static IEnumerable<(uint First, RingMember? Member)> Derived(HashRing ring, HashRing target)
    {
        HashRing derived = ring.WithMembers(target.Members());
        return derived.Arcs().Select(a => (a.First, derived.MemberAt(a.Slot)));
    }

    private static int SlotOf(HashRing ring, RingMember member) => ring.TryGetSlot(member.Id, out int slot) ? slot : -1;

    private static void AssertIs(HashRing ring, IEnumerable<RingMember> members, int points)
    {
        RingMember[] expected = [.. members.OrderBy(m => m.Id, StringComparer.Ordinal)];
        Assert.Equal(expected, ring.Members());
        Assert.Equal(expected.Length, ring.Count);
        Assert.Equal(expected.Count(m => m.Weight > 0), ring.ServingCount);
        var reference = new ReferenceRing(expected, points);
        foreach (ulong hash in Keys.Random(expected.Length, 300))
            Assert.Equal(reference.Owner(hash), ring.OwnerId(hash));
        foreach (RingArc arc in ring.Arcs())
        {
            Assert.Equal(reference.Owner(Keys.At(arc.First)), ring.MemberAt(arc.Slot)!.Value.Id);
            Assert.Equal(reference.Owner(Keys.At(arc.Last)), ring.MemberAt(arc.Slot)!.Value.Id);
        }
    }
}
