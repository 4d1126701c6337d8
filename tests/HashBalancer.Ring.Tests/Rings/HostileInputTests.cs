using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Rings;

public sealed class HostileInputTests
{
    private static readonly RingMember[] Some = [new("a"), new("b", 2)];

    public static TheoryData<RingMember, string> Faults => new()
    {
        { new RingMember(null!), "A ring member has no id." },
        { new RingMember(""), "A ring member has no id." },
        { new RingMember("a"), "Ring member 'a' stands twice." },
        { new RingMember("b", 3), "Ring member 'b' stands twice." },
        { new RingMember("c", -0.5), "Ring member 'c' has weight -0.5; allowed are 0 to 1000." },
        { new RingMember("c", 1000.5), "Ring member 'c' has weight 1000.5; allowed are 0 to 1000." },
        { new RingMember("c", double.NaN), "Ring member 'c' has weight NaN; allowed are 0 to 1000." },
        { new RingMember("c", double.PositiveInfinity), "Ring member 'c' has weight Infinity; allowed are 0 to 1000." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Build_FaultyMember_SaysWhich(RingMember faulty, string message)
    {
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => HashRing.Build([.. Some, faulty])).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => HashRing.Build(Some).WithMembers([.. Some, faulty])).Message);
    }

    [Fact]
    public void WithMembers_ANewcomerTwice_SaysWhich() => Assert.Equal(
        "Ring member 'c' stands twice.",
        Assert.Throws<ArgumentException>(() => HashRing.Build(Some).WithMembers([.. Some, new("c"), new("c")])).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100_001)]
    public void Build_PointsPerUnitWeightOutOfRange_Throws(int points) =>
        Assert.Throws<ArgumentOutOfRangeException>("pointsPerUnitWeight", () => HashRing.Build(Some, points));

    [Fact]
    public void Build_NoMembersAtAll_Throws()
    {
        Assert.Throws<ArgumentNullException>("members", () => HashRing.Build(null!));
        Assert.Throws<ArgumentNullException>("members", () => HashRing.Empty.WithMembers(null!));
        Assert.Throws<ArgumentNullException>("overrides", () => HashRing.Empty.WithOverrides(null!));
        Assert.Throws<ArgumentNullException>("before", () => RingDifference.Between(null!, HashRing.Empty));
        Assert.Throws<ArgumentNullException>("after", () => RingDifference.Between(HashRing.Empty, null!));
    }

    [Fact]
    public void Build_MorePointsThanFit_SaysHowMany()
    {
        RingMember[] heavy = [.. Enumerable.Range(0, 3).Select(i => new RingMember($"n{i}", 1000))];

        var error = Assert.Throws<ArgumentException>(() => HashRing.Build(heavy, 100_000));

        Assert.Equal("The members' weights ask for 300000000 points at 100000 per unit of weight; at most 67108864 are allowed. (Parameter 'members')", error.Message);
    }

    [Fact]
    public void Build_MoreMembersThanFit_SaysHowMany()
    {
        Effort.NeedsAll();
        var error = Assert.Throws<ArgumentException>(() => HashRing.Build(Enumerable.Range(0, 1_000_001).Select(i => new RingMember($"n{i}", 0))));

        Assert.Equal("A ring of 1000001 members was asked for; at most 1000000 are allowed.", error.Message);
    }

    [Fact]
    public void EmptyRing_AnswersNobody()
    {
        foreach (HashRing ring in new[] { HashRing.Empty, HashRing.Build([]), HashRing.Build(Some).WithMembers([]), HashRing.Build([new("off", 0)]) })
        {
            foreach (ulong hash in new ulong[] { 0, 1, ulong.MaxValue, KeyHash.Of("a") })
            {
                Assert.Equal(-1, ring.Owner(hash));
                Assert.Equal(-1, ring.OwnerByPoints(hash));
                Assert.Null(ring.ArcAt(hash));
                Assert.Empty(ring.WalkIds(hash));
            }

            Assert.Equal(0, ring.PointCount);
            Assert.Equal(0, ring.ServingCount);
        }
    }

    [Fact]
    public void OneNode_OwnsEverything()
    {
        foreach (int points in new[] { 1, 2, 320 })
        {
            var ring = HashRing.Build([new("only"), new("off", 0)], points);
            foreach (ulong hash in Keys.Random(1, 1000).Append(0UL).Append(ulong.MaxValue))
            {
                Assert.Equal("only", ring.OwnerId(hash));
                Assert.Equal(["only"], ring.WalkIds(hash));
            }
        }
    }

    [Fact]
    public void Ids_OfAnyText_AreTold()
    {
        RingMember[] members = [new("\ud800"), new("\ud801"), new("\ufffd"), new("\0"), new("é"), new("e\u0301"), new(" "), new("💥"), new(new string('x', 1 << 16))];
        HashRing ring = HashRing.Build(members), reversed = HashRing.Build(members.Reverse());

        foreach (ulong hash in Keys.Random(2, 2000))
            Assert.Equal(ring.OwnerId(hash), reversed.OwnerId(hash));
        // Ids that encode alike share all their points; the first in order has their arcs, the others follow in a walk.
        Assert.Equal(9, ring.WalkIds(5).Length);
    }

    [Fact]
    public void AHundredThousandNodes_AnswerLikeTheReference()
    {
        Effort.NeedsAll();
        RingMember[] members = Members.Equal(100_000);
        var ring = HashRing.Build(members, pointsPerUnitWeight: 16);
        var reference = new ReferenceRing(members, 16);
        foreach (ulong hash in Keys.Random(3, 100_000))
            Assert.Equal(reference.Owner(hash), ring.OwnerId(hash));

        HashRing fewer = ring.WithMembers(members[1..]);
        reference = new ReferenceRing(members[1..], 16);
        foreach (ulong hash in Keys.Random(3, 100_000))
            Assert.Equal(reference.Owner(hash), fewer.OwnerId(hash));
        Assert.Equal(99_999, fewer.WalkIds(9).Distinct().Count());
    }

    [Fact]
    public void Keys_EmptyHugeAndBroken_HaveAnOwner()
    {
        var ring = HashRing.Build(Members.Equal(5));
        foreach (string key in new[] { "", "\ud800", "\0", new string('k', 1 << 20), new string('é', 1 << 20) })
            Assert.Equal(ring.OwnerId(KeyHash.Of(Encoding.UTF8.GetBytes(key))), ring.OwnerId(KeyHash.Of(key)));
        Assert.NotNull(ring.OwnerId(KeyHash.Of("")));
    }
}
