using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Chooses the arcs that a plan moves: from busy nodes to idle ones, the most load for the least key space.</summary>
/// <remarks>
/// <para>The loop of Slicer (Adya et al., OSDI 2016, §4.4.1) with arcs in place of slices: while a node is out of tolerance, take
/// the busiest and the idlest and move the arc that carries the most load per key space and carries neither past the
/// mean by much. An arc too hot for that is cut, and a part of it goes. An arc that can go home rather than elsewhere does.</para>
/// <para>Equal input gives an equal plan. One per plan; not thread-safe. Cost: the ring's arcs once, then a givers' arcs per move.</para>
/// </remarks>
internal sealed class ArcMover
{
    /// <summary>Once arcs move, they move until the balance is this part of the tolerance: what stops at its edge soon is across it again.</summary>
    private const double Target = 0.2;

    /// <summary>How far above the mean, as a part of the tolerance, an arc may carry its taker.</summary>
    private const double Slack = 0.5;

    /// <summary>At first, when rates stand on few requests, chance alone takes a node out of tolerance; to wait for three deviations left nodes at 1.06 of
    /// the mean in their third minute, and two leave them at 1.03 (loadtests/Simulation). Later the tolerance is the wider of the two.</summary>
    private const double DeviationsOfNoise = 2;

    /// <summary>Arcs that would close less than this part of the gap are not worth an override.</summary>
    private const double LeastGain = 0.02;

    /// <summary>An arc that goes home is worth this many others: it takes an override away.</summary>
    private const double HomeBonus = 2;

    /// <summary>A plan with more moves than this is cut: the next one goes on in seconds.</summary>
    private const int MostMoves = 256;

    /// <summary>After so many pairs of nodes between which no arc fits the plan is done: a thousand nodes make a quarter of a million pairs, and with
    /// the budget spent nothing fits between any.</summary>
    private const int MostBarrenPairs = 256;

    private readonly SliceRates _slices;
    private readonly Func<ArcLoad, bool> _mayMove;
    private readonly NodeStanding[] _nodes;
    private readonly double _mean;
    private readonly List<ArcMove> _moves = [];
    private double _budget;
    private int _room;

    /// <summary>Takes the ring's arcs and what they carry.</summary>
    /// <param name="ring">The ring, its overrides included.</param>
    /// <param name="slices">The load by place.</param>
    /// <param name="nodes">The nodes that may give and take, in any order.</param>
    /// <param name="mayMove">Whether an arc has stayed where it is for long enough.</param>
    /// <param name="budget">The most key space to move.</param>
    /// <param name="room">How many more overrides there may be.</param>
    /// <param name="leaving">Requests per second of nodes that are to leave, and are none of <paramref name="nodes"/>: these will have them.</param>
    public ArcMover(
        HashRing ring, SliceRates slices, IEnumerable<NodeStanding> nodes, Func<ArcLoad, bool> mayMove, double budget, int room, double leaving = 0)
    {
        _slices = slices;
        _mayMove = mayMove;
        _budget = budget;
        _room = room;
        _nodes = [.. nodes.OrderBy(n => n.Id, StringComparer.Ordinal)];
        Dictionary<int, NodeStanding> bySlot = _nodes.ToDictionary(n => n.Slot);
        foreach (ArcLoad arc in ArcLoad.Of(ring, slices))
        {
            if (bySlot.TryGetValue(arc.Owner, out NodeStanding? node))
                node.Arcs.Add(arc);
        }

        double capacity = _nodes.Sum(n => n.Capacity);
        _mean = capacity > 0 ? (_nodes.Sum(n => n.Load) + leaving) / capacity : 0;
    }

    /// <summary>The moves chosen so far.</summary>
    public IReadOnlyList<ArcMove> Moves => _moves;

    /// <summary>The busiest node's utilisation over the mean, with the moves chosen so far; 1 where there is no load.</summary>
    public double Busiest => _mean > 0 && _nodes.Length > 0 ? _nodes.Max(n => n.Utilisation) / _mean : 1;

    /// <summary>Gives arcs of nodes that are to leave to others: to the node that owns an arc once they are gone, or, where that is too busy, to the idlest.</summary>
    /// <remarks>The loads of the takers grow by them, so that what is balanced afterwards knows of it. The arcs that are the least load for their key space
    /// go last: what is left to the end is the least that changes at once.</remarks>
    /// <param name="arcs">The arcs that leaving nodes own now, each with its home without them.</param>
    /// <param name="idOf">The ServiceID of a slot's node.</param>
    /// <param name="tolerance">As for <see cref="Balance"/>.</param>
    /// <param name="share">The most key space to move; at least one arc moves.</param>
    public void HandOver(IEnumerable<ArcLoad> arcs, Func<int, string> idOf, double tolerance, double share)
    {
        Dictionary<int, NodeStanding> bySlot = _nodes.ToDictionary(n => n.Slot);
        double left = share;
        foreach (ArcLoad arc in arcs.OrderByDescending(a => a.Density).ThenBy(a => a.First))
        {
            if (_room <= 0 || left <= 0)
                return;
            NodeStanding? taker = bySlot.GetValueOrDefault(arc.Home);
            if (taker is not null && (taker.Load + arc.Rate) / taker.Capacity > _mean * (1 + tolerance))
                taker = _nodes.MinBy(n => (n.Load + arc.Rate) / n.Capacity);
            if (taker is not null)
                taker.Load += arc.Rate;
            left -= arc.Share;
            _room--;
            _moves.Add(new ArcMove(arc.First, arc.Last, idOf(arc.Owner), taker?.Id ?? idOf(arc.Home), arc.Rate, ArcMoveReason.HandOver));
        }
    }

    /// <summary>If a node is out of tolerance, chooses moves until all are well within, the budget is used up, or no move helps.</summary>
    /// <param name="tolerance">How far from the mean a node may be, as a part of it; where chance alone takes it further, so far.</param>
    public void Balance(double tolerance)
    {
        if (!Array.Exists(_nodes, n => Math.Abs(n.Utilisation - _mean) > _mean * Math.Max(tolerance, DeviationsOfNoise * n.Noise)))
            return;
        // A taker may end up a little above the mean: were it to stop there, only light arcs would fit, and many of them move.
        double above = tolerance * Slack;
        tolerance *= Target;
        HashSet<(int Giver, int Taker)> barren = [];
        while (_mean > 0 && _moves.Count < MostMoves && barren.Count < MostBarrenPairs && NextPair(tolerance, barren) is var (giver, taker))
        {
            double wanted = Math.Min(giver.Load - (_mean * giver.Capacity), (_mean * (1 + above) * taker.Capacity) - taker.Load);
            if (Choose(giver, taker, wanted) is { } arc)
                Move(arc, giver, taker);
            else
                barren.Add((giver.Slot, taker.Slot));
        }
    }

    /// <summary>Sends arcs home that carry next to nothing, the lightest first, until there is room for so many more overrides.</summary>
    /// <param name="tolerance">As for <see cref="Balance"/>: nobody goes beyond it for the sake of room.</param>
    /// <param name="room">Overrides.</param>
    public void MakeRoom(double tolerance, int room)
    {
        Dictionary<int, NodeStanding> bySlot = _nodes.ToDictionary(n => n.Slot);
        ArcLoad[] away = [.. _nodes.SelectMany(n => n.Arcs).Where(a => a.IsAway && _mayMove(a)).OrderBy(a => a.Rate).ThenBy(a => a.First)];
        foreach (ArcLoad arc in away)
        {
            if (_room >= room || _moves.Count >= MostMoves)
                return;
            if (arc.Share <= _budget && bySlot.TryGetValue(arc.Home, out NodeStanding? home)
                && (home.Load + arc.Rate) / home.Capacity <= _mean * (1 + tolerance))
            {
                Move(arc, bySlot[arc.Owner], home);
            }
        }
    }

    /// <summary>The busiest node with the idlest, while either is out of tolerance; if no arc fits these two, the next. Null: none is left.</summary>
    /// <remarks>Nearer to the mean than one deviation of what chance does to its figures nobody knows where a node is: to move on from there would spend key space on
    /// chance, most of all at first, when much has to move and little is known (decision 0024).</remarks>
    private (NodeStanding Giver, NodeStanding Taker)? NextPair(double tolerance, HashSet<(int, int)> barren)
    {
        NodeStanding[] byUtilisation = [.. _nodes.OrderByDescending(n => n.Utilisation).ThenBy(n => n.Id, StringComparer.Ordinal)];
        foreach (NodeStanding giver in byUtilisation.TakeWhile(n => n.Utilisation > _mean))
        {
            foreach (NodeStanding taker in byUtilisation.Reverse().TakeWhile(n => n.Utilisation < _mean))
            {
                bool isOut = giver.Utilisation > _mean * (1 + Math.Max(tolerance, giver.Noise)) || taker.Utilisation < _mean * (1 - Math.Max(tolerance, taker.Noise));
                if (isOut && !barren.Contains((giver.Slot, taker.Slot)))
                    return (giver, taker);
            }
        }

        return null;
    }

    /// <summary>The arc, whole or in part, that closes the most of a gap per moved key space.</summary>
    private ArcLoad? Choose(NodeStanding giver, NodeStanding taker, double wanted)
    {
        ArcLoad? best = null, tooHot = null;
        double bestWorth = 0;
        foreach (ArcLoad arc in giver.Arcs)
        {
            if (arc.Rate < wanted * LeastGain || (_room <= 0 && !arc.IsAway) || !_mayMove(arc))
                continue;
            double worth = arc.Density * (arc.Home == taker.Slot ? HomeBonus : 1);
            if (arc.Rate > wanted)
                tooHot = tooHot is { } hotter && hotter.Density >= arc.Density ? tooHot : arc;
            else if (arc.Share <= _budget && worth > bestWorth)
                (best, bestWorth) = (arc, worth);
        }

        return best ?? (tooHot is { } hot && _room > 0 ? Cut(hot, giver, wanted) : null);
    }

    /// <summary>The part of an arc, from its beginning, that carries what is wanted; the rest stays. Null when no part does.</summary>
    private ArcLoad? Cut(ArcLoad arc, NodeStanding giver, double wanted)
    {
        if (_slices.EndOf(arc.First, arc.Last, wanted) is not { } end || end == arc.Last)
            return null;
        ArcLoad part = arc with { Last = end, Rate = _slices.Of(arc.First, end) };
        if (part.Rate < wanted * LeastGain || part.Share > _budget)
            return null;
        giver.Arcs[giver.Arcs.IndexOf(arc)] = part;
        giver.Arcs.Add(arc with { First = end + 1, Rate = arc.Rate - part.Rate });
        return part;
    }

    private void Move(ArcLoad arc, NodeStanding giver, NodeStanding taker)
    {
        giver.Arcs.Remove(arc);
        giver.Load -= arc.Rate;
        taker.Load += arc.Rate;
        _budget -= arc.Share;
        bool goesHome = arc.Home == taker.Slot;
        _room += (arc.IsAway ? 1 : 0) - (goesHome ? 0 : 1);
        _moves.Add(new ArcMove(arc.First, arc.Last, giver.Id, taker.Id, arc.Rate, goesHome ? ArcMoveReason.Return : ArcMoveReason.Balance));
    }
}
