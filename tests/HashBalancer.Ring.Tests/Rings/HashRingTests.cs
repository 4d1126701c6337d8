using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Rings;

public sealed class HashRingTests
{
    public static TheoryData<int, int> Sizes => new() { { 1, 1 }, { 2, 1 }, { 3, 2 }, { 7, 5 }, { 30, 320 }, { 300, 40 }, { 1000, 320 } };

    [Fact]
    public void Owner_EmptyRing_IsNone() => Assert.Equal(-1, HashRing.Empty.Owner(42));

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Owner_OfAMillionKeys_IsTheReferences(int nodes, int pointsPerUnitWeight)
    {
        Effort.NeedsAll(expensive: nodes > 300);
        RingMember[] members = [.. Enumerable.Range(0, nodes).Select(i => new RingMember($"node-{i}", (i % 4) switch { 3 => 2.5, 2 => 0.5, _ => 1 }))];
        var ring = HashRing.Build(members, pointsPerUnitWeight);
        var reference = new ReferenceRing(members, pointsPerUnitWeight);

        var chance = new Random(nodes);
        for (int i = 0; i < Effort.Of(1_000_000 / Sizes.Count); i++)
        {
            ulong hash = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
            string? owner = ring.OwnerId(hash);
            if (owner != reference.Owner(hash))
                Assert.Fail($"Hash {hash:x16}: ring {owner}, reference {reference.Owner(hash)}.");
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Walk_IsTheReferences(int nodes, int pointsPerUnitWeight)
    {
        Effort.NeedsAll(expensive: nodes > 300);
        RingMember[] members = [.. Enumerable.Range(0, nodes).Select(i => new RingMember($"node-{i}", 1 + (i % 3)))];
        var ring = HashRing.Build(members, pointsPerUnitWeight);
        var reference = new ReferenceRing(members, pointsPerUnitWeight);

        var chance = new Random(nodes);
        for (int i = 0; i < Effort.Of(Math.Max(3, 60 / nodes)); i++)
        {
            ulong hash = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
            Assert.Equal(reference.Walk(hash), ring.WalkIds(hash));
            Assert.Equal(reference.Walk(hash)[0], reference.Owner(hash));
        }
    }
}
