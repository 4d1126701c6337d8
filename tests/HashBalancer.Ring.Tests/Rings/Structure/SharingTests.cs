using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Rings.Structure;

/// <summary>What a derived ring shares with the one it came from, and what it costs.</summary>
public sealed class SharingTests
{
    private static readonly RingMember[] Thousand = Members.Equal(1000);
    private static readonly HashRing Ring = HashRing.Build(Thousand);

    [Fact]
    public void WithMembers_TheSame_IsTheRingItself()
    {
        Assert.Same(Ring, Ring.WithMembers(Thousand));
        Assert.Same(Ring, Ring.WithMembers(Thousand.Reverse()));
        Assert.Same(HashRing.Empty, HashRing.Empty.WithMembers([]));
    }

    [Fact]
    public void WithMembers_AJoinOrALeave_RewritesOnlySegmentsItsPointsTouch()
    {
        AssertShares(Ring.WithMembers([.. Thousand, new RingMember("new")]), changedPoints: 320);
        AssertShares(Ring.WithMembers(Thousand[1..]), changedPoints: 320);
    }

    [Fact]
    public void WithMembers_ASmallChangeOfWeight_RewritesFewerSegments() =>
        AssertShares(Ring.WithMembers([new RingMember("node-0", 1.05), .. Thousand[1..]]), changedPoints: 16);

    [Fact]
    public void WithOverrides_One_RewritesTheSegmentsItLiesIn()
    {
        HashRing moved = Ring.WithOverrides([new RingOverride(1000, 2000, "node-7")]);

        Assert.Equal([0], Changed(Ring, moved));
        Assert.Equal([0], Changed(moved, moved.WithOverrides([])));
        Assert.Same(moved, moved.WithOverrides([new RingOverride(1000, 2000, "node-7")]));
        Assert.Equal(Ring.Blocks, moved.Blocks);
    }

    [Fact]
    public void WithMembers_OverridesFarFromTheChange_KeepTheirSegments()
    {
        HashRing moved = Ring.WithOverrides([new RingOverride(1000, 2000, "node-7"), new RingOverride(3_000_000_000, 3_000_000_100, "node-8")]);

        AssertShares(moved.WithMembers([.. Thousand, new RingMember("new")]), changedPoints: 320, moved);
    }

    [Fact]
    public void WithMembers_SlotsOfWhoStays_DoNotChange()
    {
        HashRing other = Ring.WithMembers([.. Thousand[10..], new RingMember("x"), new RingMember("y", 3)]);

        foreach (RingMember member in Thousand[10..])
        {
            Assert.True(Ring.TryGetSlot(member.Id, out int before));
            Assert.True(other.TryGetSlot(member.Id, out int after));
            Assert.Equal(before, after);
        }

        Assert.Equal(1000, other.SlotCount);
        Assert.Equal(992, other.Count);
        Assert.False(other.TryGetSlot("node-0", out _));
        Assert.Equal(8, Enumerable.Range(0, 1000).Count(slot => other.MemberAt(slot) is null));
    }

    [Fact]
    public void WithMembers_LastSlotsFreed_LowersTheirCount()
    {
        HashRing ring = HashRing.Build([new("a"), new("b"), new("c")]).WithMembers([new("a")]);

        Assert.Equal(1, ring.SlotCount);
        Assert.Equal(3, ring.WithMembers([new("a"), new("d"), new("e")]).SlotCount);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(3000)]
    public void SizeInBytes_PerPoint_IsAtMost16(int nodes)
    {
        Effort.NeedsAll(expensive: nodes > 1000);
        Assert.InRange((double)HashRing.Build(Members.Equal(nodes)).SizeInBytes / (320 * nodes), 10, 16);
    }

    /// <summary>One at a time from none to many and back: through every geometry on the way.</summary>
    [Fact]
    public void WithMembers_GrowingAndShrinkingOneByOne_StaysExactAndCompact()
    {
        RingMember[] members = Members.Equal(Effort.IsFull ? 700 : 200);
        HashRing ring = HashRing.Build([], pointsPerUnitWeight: 40);
        HashSet<RingGeometry> geometries = [];
        for (int count = 1; count <= members.Length; count++)
            Step(count);
        for (int count = members.Length - 1; count >= 0; count--)
            Step(count);

        // Laid out anew a few times, never step by step.
        Assert.InRange(geometries.Count, Effort.IsFull ? 4 : 3, 20);
        Assert.Equal(0, ring.PointCount);

        void Step(int count)
        {
            ring = ring.WithMembers(members[..count]);
            geometries.Add(ring.Geometry);
            Assert.Equal(40 * count, ring.PointCount);
            if (count % 50 != 0 || count == 0)
                return;
            var reference = new ReferenceRing(members[..count], 40);
            foreach (ulong hash in Keys.Random(count, 500))
                Assert.Equal(reference.Owner(hash), ring.OwnerId(hash));
            if (count >= 150)
                Assert.InRange((double)ring.SizeInBytes / ring.PointCount, 10, 16);
        }
    }

    private static void AssertShares(HashRing derived, int changedPoints, HashRing? from = null)
    {
        HashRing ring = from ?? Ring;
        int blocks = Enumerable.Range(0, ring.Blocks.Length).Count(i => !derived.Blocks[i].Equals(ring.Blocks[i]));
        int lines = Changed(ring, derived).Count;

        Assert.Equal(ring.Geometry, derived.Geometry);
        Assert.InRange(blocks, 1, changedPoints);
        Assert.InRange(lines, blocks, blocks + (blocks / 10) + 1);
        Assert.True(blocks < ring.Blocks.Length * 0.6, $"{blocks} of {ring.Blocks.Length} segments changed.");
    }

    private static List<int> Changed(HashRing ring, HashRing derived) =>
        [.. Enumerable.Range(0, ring.LineBlocks.Length).Where(i => derived.LineBlocks[i].Entry != ring.LineBlocks[i].Entry)];
}
