using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>A ring as a picture: the circle in equal sectors, whatever the number of points.</summary>
/// <param name="Owners">The slot of the node that owns most of each sector; -1 where none does.</param>
/// <param name="Overridden">The sectors in which an override gives a part to another node than the ring's.</param>
internal sealed record RingPicture(int[] Owners, bool[] Overridden)
{
    /// <summary>Half a degree each: on a screen what is smaller is not seen.</summary>
    public const int Sectors = 720;

    private const double PositionsPerSector = 4294967296.0 / Sectors;

    /// <summary>Draws a ring. Cost: linear in points.</summary>
    public static RingPicture Of(HashRing ring)
    {
        int[] owners = new int[Sectors];
        bool[] overridden = new bool[Sectors];
        double[] widest = new double[Sectors];
        Array.Fill(owners, -1);
        Dictionary<int, double> widths = [];
        int open = 0;
        foreach (RingArc arc in ring.Arcs())
        {
            int first = (int)(arc.First / PositionsPerSector), last = (int)(arc.Last / PositionsPerSector);
            for (int sector = first; sector <= last; sector++)
            {
                if (sector != open)
                    (open, widths) = (sector, []);
                double start = Math.Max(arc.First, sector * PositionsPerSector), end = Math.Min(arc.Last + 1.0, (sector + 1) * PositionsPerSector);
                double width = widths[arc.Slot] = widths.GetValueOrDefault(arc.Slot) + end - start;
                if (width > widest[sector])
                    (widest[sector], owners[sector]) = (width, arc.Slot);
                overridden[sector] |= arc.IsOverride;
            }
        }

        return new RingPicture(owners, overridden);
    }
}
