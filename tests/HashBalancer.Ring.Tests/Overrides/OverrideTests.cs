using FsCheck.Fluent;

namespace HashBalancer.Ring.Tests.Overrides;

public sealed class OverrideTests
{
    private static readonly RingMember[] Five = Members.Equal(5);
    private static readonly HashRing Ring = HashRing.Build(Five);

    public static TheoryData<RingOverride[], string> Faults => new()
    {
        { [new(0, 5, "")], "The override of positions 0 to 5 names no node. (Parameter 'overrides')" },
        { [new(0, 5, null!)], "The override of positions 0 to 5 names no node. (Parameter 'overrides')" },
        { [new(6, 5, "a")], "The override for 'a' runs from 6 back to 5; a stretch across the ends of the circle is two overrides. (Parameter 'overrides')" },
        { [new(5, 9, "b"), new(0, 5, "a")], "The override for 'b' from 5 overlaps the one for 'a' up to 5. (Parameter 'overrides')" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void WithOverrides_Faulty_SaysWhich(RingOverride[] faulty, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Ring.WithOverrides(faulty)).Message);

    [Fact]
    public void Owner_InAnOverride_IsItsNode_AndNotBesideIt()
    {
        RingOverride moved = new(1_000_000_000, 1_000_000_500, "node-3");
        HashRing ring = Ring.WithOverrides([moved]);

        Assert.Equal("node-3", ring.OwnerId(Keys.At(moved.First)));
        Assert.Equal("node-3", ring.OwnerId(Keys.At(moved.Last) | uint.MaxValue));
        Assert.Equal(Ring.OwnerId(Keys.At(moved.First - 1)), ring.OwnerId(Keys.At(moved.First - 1)));
        Assert.Equal(Ring.OwnerId(Keys.At(moved.Last + 1)), ring.OwnerId(Keys.At(moved.Last + 1)));
        Assert.Equal(Ring.Owner(Keys.At(moved.First)), ring.OwnerByPoints(Keys.At(moved.First)));
        Assert.Equal([moved], ring.Overrides);
    }

    [Fact]
    public void Owner_OverridesOfTheWholeCircle_AreTheirs()
    {
        HashRing ring = Ring.WithOverrides([new(0, uint.MaxValue, "node-4")]);

        foreach (ulong hash in Keys.Random(8, 1000).Append(0UL).Append(ulong.MaxValue))
            Assert.Equal("node-4", ring.OwnerId(hash));
        Assert.Equal([new RingArc(0, uint.MaxValue, ring.TryGetSlot("node-4", out int slot) ? slot : -1, IsOverride: true)], ring.Arcs());
    }

    [Fact]
    public void Walk_InAnOverride_GoesFromItsNodeOnThroughTheRing()
    {
        foreach (ulong hash in Keys.Random(9, 200))
        {
            uint position = (uint)(hash >> 32);
            string[] before = Ring.WalkIds(hash);
            HashRing ring = Ring.WithOverrides([new(position, position, before[2])]);

            Assert.Equal([before[2], before[0], before[1], before[3], before[4]], ring.WalkIds(hash));
        }
    }

    [Fact]
    public void Override_ForANodeThatDoesNotServe_RestsUntilItDoes()
    {
        RingOverride moved = new(500, 700, "late");
        HashRing ring = Ring.WithOverrides([moved]);
        Assert.Equal(Ring.OwnerId(Keys.At(600)), ring.OwnerId(Keys.At(600)));

        ring = ring.WithMembers([.. Five, new("late", 0)]);
        Assert.Equal(Ring.OwnerId(Keys.At(600)), ring.OwnerId(Keys.At(600)));

        ring = ring.WithMembers([.. Five, new("late", 1)]);
        Assert.Equal("late", ring.OwnerId(Keys.At(600)));

        ring = ring.WithMembers(Five);
        Assert.Equal(Ring.OwnerId(Keys.At(600)), ring.OwnerId(Keys.At(600)));
        Assert.Equal([moved], ring.Overrides);
    }

    [Fact]
    public void Override_WhoseNodesSlotWasReused_NeverGoesToTheNewcomer()
    {
        HashRing ring = Ring.WithOverrides([new(500, 700, "node-2")]).WithMembers(Five.Where(m => m.Id != "node-2"));
        Assert.True(Ring.TryGetSlot("node-2", out int freed));

        ring = ring.WithMembers([.. ring.Members(), new("newcomer")]);

        Assert.True(ring.TryGetSlot("newcomer", out int slot));
        Assert.Equal(freed, slot);
        Assert.Equal(new ReferenceRing(ring.Members()).Owner(Keys.At(600)), ring.OwnerId(Keys.At(600)));
    }

    [Fact]
    public void Override_AcrossAMembershipThatEmpties_ComesBack()
    {
        HashRing ring = Ring.WithOverrides([new(500, 700, "node-2")]).WithMembers([]);
        Assert.Null(ring.OwnerId(Keys.At(600)));

        Assert.Equal("node-2", ring.WithMembers(Five).OwnerId(Keys.At(600)));
    }

    [Fact]
    public void Overrides_AnyTable_GiveTheirStretchesToServingNodesAndNothingElse() => Generate.Check(Prop.ForAll(
        Generate.Membership, Generate.Membership, Generate.PointsPerUnitWeight, (first, second, points) =>
        {
            var chance = new Random(first.Length + (100 * second.Length));
            uint[] ends = [.. Enumerable.Range(0, 20).Select(_ => (uint)chance.NextInt64(1L << 32)).Distinct().Order(), uint.MaxValue];
            RingOverride[] table = [.. Enumerable.Range(0, (ends.Length - 1) / 2).Select(i => new RingOverride(ends[2 * i], ends[(2 * i) + 1], $"node-{chance.Next(41)}"))];
            HashRing ring = HashRing.Build(first, points).WithOverrides(table).WithMembers(second);
            var reference = new ReferenceRing(second, points);
            string[] serving = [.. second.Where(m => m.Weight > 0).Select(m => m.Id)];

            foreach (ulong hash in Keys.Random(first.Length, 200).Concat(ends.SelectMany(e => new[] { Keys.At(e), Keys.At(e + 1), Keys.At(e - 1) })))
            {
                uint position = (uint)(hash >> 32);
                RingOverride[] over = [.. table.Where(o => o.First <= position && position <= o.Last && serving.Contains(o.NodeId))];
                string? expected = over.Length > 0 ? over[0].NodeId : reference.Owner(hash);
                Assert.Equal(expected, ring.OwnerId(hash));
                Assert.Equal(reference.Owner(hash), ring.OwnerByPoints(hash) is >= 0 and int slot ? ring.MemberAt(slot)!.Value.Id : null);
                if (ring.ArcAt(hash) is { } arc)
                    Assert.Equal(over.Length > 0, arc.IsOverride);
                Assert.Equal(serving.Order(), ring.WalkIds(hash).Order());
            }
        }), cases: 100);
}
