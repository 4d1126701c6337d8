namespace HashBalancer.Ring.Tests.Rings;

public sealed class ArcTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 2, 1 }, { 3, 7 }, { 5, 320 }, { 200, 3 }, { 60, 320 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Arcs_CoverTheCircleWithoutAGap_AndSayWhoOwns(int nodes, int pointsPerUnitWeight)
    {
        foreach (HashRing ring in Rings(nodes, pointsPerUnitWeight))
        {
            RingArc[] arcs = [.. ring.Arcs()];

            Assert.Equal(0u, arcs[0].First);
            Assert.Equal(uint.MaxValue, arcs[^1].Last);
            for (int i = 0; i < arcs.Length; i++)
            {
                if (i > 0)
                    Assert.Equal(arcs[i - 1].Last + 1, arcs[i].First);
                Assert.Equal(arcs[i].Slot, ring.Owner((ulong)arcs[i].First << 32));
                Assert.Equal(arcs[i].Slot, ring.Owner(((ulong)arcs[i].Last << 32) | uint.MaxValue));
            }

            Assert.Equal(1, ring.Shares().Sum(), 12);
            Assert.Equal(1, arcs.Sum(a => a.Share), 12);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ArcAt_HoldsTheHash_AndEndsWhereAnotherPointIsNearer(int nodes, int pointsPerUnitWeight)
    {
        var chance = new Random(nodes);
        foreach (HashRing ring in Rings(nodes, pointsPerUnitWeight))
        {
            for (int i = 0; i < 200; i++)
            {
                ulong hash = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
                RingArc arc = ring.ArcAt(hash)!.Value;

                Assert.InRange((uint)(hash >> 32), arc.First, arc.Last);
                Assert.Equal(ring.Owner(hash), arc.Slot);
                Assert.Equal(arc, ring.ArcAt((ulong)arc.First << 32));
                Assert.Equal(arc, ring.ArcAt((ulong)arc.Last << 32));
                if (arc.Last < uint.MaxValue)
                    Assert.NotEqual(arc, ring.ArcAt((ulong)(arc.Last + 1) << 32));
                if (arc.First > 0)
                    Assert.NotEqual(arc, ring.ArcAt((ulong)(arc.First - 1) << 32));
            }
        }
    }

    [Fact]
    public void ArcAt_WithoutPoints_IsNone()
    {
        Assert.Null(HashRing.Empty.ArcAt(5));
        Assert.Empty(HashRing.Empty.Arcs());
        Assert.Empty(HashRing.Empty.Shares());
    }

    [Fact]
    public void ArcAt_OnePoint_IsTheWholeCircle()
    {
        var ring = HashRing.Build([new RingMember("a")], pointsPerUnitWeight: 1);

        Assert.Equal(new RingArc(0, uint.MaxValue, 0, IsOverride: false), ring.ArcAt(77));
        Assert.Equal([new RingArc(0, uint.MaxValue, 0, IsOverride: false)], ring.Arcs());
        Assert.Equal([1.0], ring.Shares());
    }

    /// <summary>A ring with and without overrides, one of which ends in the middle of an arc, one at the end of the circle.</summary>
    private static IEnumerable<HashRing> Rings(int nodes, int pointsPerUnitWeight)
    {
        var ring = HashRing.Build(Enumerable.Range(0, nodes).Select(i => new RingMember($"node-{i}")), pointsPerUnitWeight);
        yield return ring;
        yield return ring.WithOverrides(
            [new RingOverride(0, 0, "node-0"), new RingOverride(1000, 70_000_000, $"node-{nodes - 1}"), new RingOverride(70_000_001, 70_000_001, "node-0"), new RingOverride(4_000_000_000, uint.MaxValue, "node-0")]);
    }
}
