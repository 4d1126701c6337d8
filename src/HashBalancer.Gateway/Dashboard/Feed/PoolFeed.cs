using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>What the dashboards of one pool show, and what of it changed. Of the feed's loop alone.</summary>
internal sealed class PoolFeed(string name, PoolHistory history, PoolObserver observer, RebalancingHistory rebalancing)
{
    /// <summary>Nodes that a page is told of: beyond that it says how many there are.</summary>
    public const int MostNodes = 5000;

    /// <summary>Nodes whose figures one message brings: the others have their turn in the next.</summary>
    public const int MostFigures = 400;

    public const int MostHotKeys = 10;

    private readonly Dictionary<string, FeedNode> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _free = [];
    private readonly KeyHeat _heat = new();
    private IReadOnlyList<FollowedPlan> _plans = [];
    private HashRing? _drawn;
    private int _turn;

    public string Name => name;

    public PoolHistory History => history;

    /// <summary>The pool as of the last snapshot; null: there is none of that name.</summary>
    public PoolSnapshot? View { get; private set; }

    /// <summary>The nodes that are shown.</summary>
    public IReadOnlyDictionary<string, FeedNode> Nodes => _nodes;

    /// <summary>The ring; null before there is one.</summary>
    public RingPicture? Ring { get; private set; }

    public string? Heat => _heat.Text;

    public IReadOnlyList<FrequentKey> HotKeys { get; private set; } = [];

    /// <summary>The latest plans of the rebalancer, the last one first.</summary>
    public IReadOnlyList<FollowedPlan> Plans => _plans;

    /// <summary>How the fleet is divided; null: there is none, or nothing is known of it yet.</summary>
    public AllocationState? Allocation { get; private set; }

    /// <summary>What changed since pages were told last.</summary>
    public FeedChanges Changes { get; } = new();

    /// <summary>The slot's node as pages know it; -1: they do not.</summary>
    public int IndexAt(int slot) => slot >= 0 && _drawn?.MemberAt(slot) is { } member && _nodes.TryGetValue(member.Id, out FeedNode? node) ? node.Index : -1;

    /// <summary>Follows the snapshot.</summary>
    public void Follow(PoolSnapshot? view)
    {
        if (ReferenceEquals(view, View))
            return;
        View = view;
        Changes.Pool = true;
        HashSet<string> present = [];
        bool ringChanged = !ReferenceEquals(view?.Ring, _drawn);
        double[] shares = ringChanged ? view?.Ring.Shares() ?? [] : [];
        foreach (Node node in (view?.Nodes ?? []).OrderBy(node => node.State == NodeState.Up).ThenBy(node => node.Id, StringComparer.Ordinal).Take(MostNodes))
        {
            present.Add(node.Id);
            double share = !ringChanged && _nodes.TryGetValue(node.Id, out FeedNode? same) ? same.Share
                : view!.Ring.TryGetSlot(node.Id, out int slot) && slot < shares.Length ? shares[slot] : 0;
            Take(node, share);
        }

        foreach (FeedNode gone in _nodes.Values.Where(node => !present.Contains(node.Node.Id)).ToArray())
            Forget(gone);
        if (!ringChanged)
            return;
        _drawn = view?.Ring;
        Ring = _drawn is null ? null : RingPicture.Of(_drawn);
        Changes.Ring = true;
    }

    /// <summary>The nodes that are passed over since the last look, or no more; so many at most, the others come with their figures.</summary>
    public List<FeedNode> Glance()
    {
        List<FeedNode> changed = [.. _nodes.Values.Where(node => node.Glance())];
        return changed.Count > MostFigures ? changed[..MostFigures] : changed;
    }

    /// <summary>Follows the fleet.</summary>
    public void Follow(AllocationState? allocation)
    {
        Changes.Allocation |= !ReferenceEquals(allocation, Allocation);
        Allocation = allocation;
    }

    /// <summary>Measures the time since the last call.</summary>
    public void Measure(double seconds)
    {
        double served = 0, spent = 0;
        foreach (FeedNode node in _nodes.Values)
        {
            node.Measure(seconds);
            served += node.Rate;
            spent += node.Rate * node.Node.Load.Latency.TotalMicroseconds;
        }

        history.Latency(served > 0 ? Math.Round(spent / served) : 0);
        if (View?.Nodes is [var any, ..])
            _heat.Measure(any.Load.Pool.WatchSlices(), seconds);
        HotKeys = observer.FrequentKeysOf(name, MostHotKeys);
        IReadOnlyList<FollowedPlan> plans = rebalancing.Of(name);
        Changes.Plans |= !ReferenceEquals(plans, _plans);
        _plans = plans;
    }

    /// <summary>The nodes whose figures are new and have their turn, so many at most.</summary>
    public List<FeedNode> Due()
    {
        List<FeedNode> due = [.. _nodes.Values.Where(node => node.Figure != node.Sent).OrderBy(node => node.Index)];
        if (due.Count > MostFigures)
        {
            int first = due.FindIndex(node => node.Index >= _turn);
            due = [.. due.Skip(Math.Max(0, first)).Concat(due.Take(Math.Max(0, first))).Take(MostFigures)];
            _turn = due[^1].Index + 1;
        }

        return due;
    }

    private void Take(Node node, double share)
    {
        if (!_nodes.TryGetValue(node.Id, out FeedNode? known) || !ReferenceEquals(known.Node.Load, node.Load))
        {
            known = new FeedNode(known?.Index ?? NextIndex(), node) { Share = share };
            _nodes[node.Id] = known;
            Changes.Nodes.Add(known);
            return;
        }

        Node before = known.Node;
        bool changed = before.Address != node.Address || before.Zone != node.Zone || before.Weight != node.Weight || before.State != node.State;
        if (changed)
            Changes.Nodes.Add(known);
        else if (known.Share != share)
            Changes.Shares.Add(known);
        known.Node = node;
        known.Share = share;
    }

    private int NextIndex()
    {
        if (_free.Count == 0)
            return _nodes.Count;
        int index = _free.Min;
        _free.Remove(index);
        return index;
    }

    private void Forget(FeedNode gone)
    {
        _nodes.Remove(gone.Node.Id);
        _free.Add(gone.Index);
        Changes.Nodes.Remove(gone);
        Changes.Shares.Remove(gone);
        Changes.Gone.Add(gone.Index);
    }
}

/// <summary>What changed since pages were told last.</summary>
internal sealed class FeedChanges
{
    /// <summary>Something of the pool as a whole, or of its nodes.</summary>
    public bool Pool { get; set; }

    public bool Ring { get; set; }

    public bool Plans { get; set; }

    public bool Allocation { get; set; }

    /// <summary>Nodes that came, or of which something other than figures changed.</summary>
    public HashSet<FeedNode> Nodes { get; } = [];

    /// <summary>Nodes of which the share alone changed: when one of a thousand leaves, half of the others get a little more.</summary>
    public HashSet<FeedNode> Shares { get; } = [];

    /// <summary>Indexes of nodes that left. One of them may stand for another node already: pages forget first.</summary>
    public List<int> Gone { get; } = [];

    /// <summary>Forgets what was told.</summary>
    /// <param name="withMeasured">Whether that is told once a second was told, too.</param>
    public void Clear(bool withMeasured = true)
    {
        Pool = Ring = Plans = false;
        Allocation &= !withMeasured;
        Nodes.Clear();
        Shares.Clear();
        Gone.Clear();
    }
}
