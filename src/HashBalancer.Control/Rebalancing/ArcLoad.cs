using System.Runtime.InteropServices;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>A stretch of the circle with one owner now and one by points, and what it carries.</summary>
/// <param name="First">Its first position.</param>
/// <param name="Last">Its last position.</param>
/// <param name="Home">The slot of the node that owns it by points.</param>
/// <param name="Owner">The slot of the node that owns it now: another than <paramref name="Home"/> where an override says so.</param>
/// <param name="Rate">Requests per second.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ArcLoad(uint First, uint Last, int Home, int Owner, double Rate)
{
    /// <summary>Its part of the key space.</summary>
    public double Share => RingArc.ShareOf(First, Last);

    /// <summary>What a move of it gains per moved key space.</summary>
    public double Density => Rate / Share;

    /// <summary>Whether it is away from home.</summary>
    public bool IsAway => Owner != Home;

    /// <summary>All arcs of a ring that has points, in order. Cost: linear in its points.</summary>
    public static IEnumerable<ArcLoad> Of(HashRing ring, SliceRates slices) => Of(ring, ring, slices);

    /// <summary>The same with the homes that another ring gives by its points, one with points that is derived from it.</summary>
    public static IEnumerable<ArcLoad> Of(HashRing ring, HashRing homesOf, SliceRates slices)
    {
        using IEnumerator<RingArc> owners = ring.Arcs().GetEnumerator();
        using IEnumerator<RingArc> homes = homesOf.WithOverrides([]).Arcs().GetEnumerator();
        bool more = owners.MoveNext() && homes.MoveNext();
        for (uint first = 0; more;)
        {
            uint last = Math.Min(owners.Current.Last, homes.Current.Last);
            yield return new ArcLoad(first, last, homes.Current.Slot, owners.Current.Slot, slices.Of(first, last));
            first = unchecked(last + 1);

            // Both lists end at the last position.
            more = (owners.Current.Last != last || owners.MoveNext()) & (homes.Current.Last != last || homes.MoveNext());
        }
    }
}
