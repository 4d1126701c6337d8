using HashBalancer.Gateway.Dashboard.Feed;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Tests.Dashboard;

public sealed class RingPictureTests
{
    [Fact]
    public void Of_ARing_ShowsEachSectorsGreatestOwner()
    {
        var ring = HashRing.Build([new("a"), new("b"), new("c", 2)]);

        var picture = RingPicture.Of(ring);

        for (int sector = 0; sector < RingPicture.Sectors; sector++)
        {
            double first = sector * 4294967296.0 / RingPicture.Sectors, end = (sector + 1) * 4294967296.0 / RingPicture.Sectors;
            int greatest = ring.Arcs().GroupBy(arc => arc.Slot)
                .MaxBy(arcs => arcs.Sum(arc => Math.Max(0, Math.Min(arc.Last + 1.0, end) - Math.Max(arc.First, first))))!.Key;
            Assert.Equal(greatest, picture.Owners[sector]);
        }

        Assert.DoesNotContain(true, picture.Overridden);
    }

    [Fact]
    public void Of_AnOverride_MarksItsSectors()
    {
        HashRing ring = HashRing.Build([new("a"), new("b")]).WithOverrides([new RingOverride(1u << 30, (1u << 30) + 30_000_000, "b")]);

        bool[] overridden = RingPicture.Of(ring).Overridden;

        // A quarter of the circle is sector 180; 30,000,000 positions are five sectors.
        Assert.Equal([180, 181, 182, 183, 184, 185], Enumerable.Range(0, overridden.Length).Where(sector => overridden[sector]));
    }

    [Fact]
    public void Of_NoMembers_HasNoOwner() => Assert.All(RingPicture.Of(HashRing.Empty).Owners, owner => Assert.Equal(-1, owner));
}
