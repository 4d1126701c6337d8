using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Rings;

public sealed class RingWalkTests
{
    private static readonly HashRing Large = HashRing.Build(Members.Equal(2000), pointsPerUnitWeight: 20);

    [Fact]
    public void Current_BeforeTheFirst_IsNone() => Assert.Equal(-1, Large.Walk(1).Current);

    [Fact]
    public void Walk_OfMoreThan1024Nodes_YieldsEachOnce()
    {
        HashSet<int> seen = [];
        foreach (int slot in Large.Walk(12345))
            Assert.True(seen.Add(slot));

        Assert.Equal(2000, seen.Count);
    }

    [Fact]
    public void MoveNext_AfterTheEnd_StaysFalse()
    {
        RingWalk walk = HashRing.Build(Members.Equal(20)).Walk(7);
        int count = 0;
        while (walk.MoveNext())
            count++;

        Assert.Equal(20, count);
        Assert.False(walk.MoveNext());
        Assert.False(walk.MoveNext());
    }

    [Fact]
    public void Walk_OfALeaversKeys_GoesOnWithWhoeverInherits()
    {
        RingMember[] members = Members.Equal(12);
        var ring = HashRing.Build(members);
        foreach (ulong hash in Keys.Random(4, Effort.Of(500)))
        {
            string[] walk = ring.WalkIds(hash);
            HashRing without = ring.WithMembers(members.Where(m => m.Id != walk[0]));
            Assert.Equal(walk[1..], without.WalkIds(hash));
        }
    }

    /// <summary>By hand the first 16; by foreach, which disposes, more than the inline list holds, and all.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(2000)]
    public void Walk_AllocatesNothing(int length)
    {
        Walk(length);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 20; i++)
                Walk(length);
        }));
    }

    [Fact]
    public void Owner_AllocatesNothing()
    {
        long sum = Large.Owner(1);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (ulong i = 0; i < 1000; i++)
                sum += Large.Owner(i << 54);
        }));
        Assert.True(sum > 0);
    }

    private static void Walk(int length)
    {
        int left = length;
        foreach (int _ in Large.Walk(99))
        {
            if (--left == 0)
                return;
        }
    }
}
