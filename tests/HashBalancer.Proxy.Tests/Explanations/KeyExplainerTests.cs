using System.Collections.Immutable;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Explanations;

public sealed class KeyExplainerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SnapshotStore _snapshots = new();
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly PoolPolicies _pools;
    private readonly KeyExplainer _explainer;
    private long _version;

    public KeyExplainerTests()
    {
        _pools = new PoolPolicies(_time);
        _explainer = new KeyExplainer(_pools, _snapshots, _selector);
        _pools.Replace(new Dictionary<string, PoolPolicy> { ["items"] = ProxyHost.Policy("path") with { Bound = LoadBound.Default } });
    }

    private Pool Items => _pools.TryGetPool("items", out Pool? pool) ? pool : throw new InvalidOperationException();

    /// <summary>Nodes come, go, fill up and are ejected between any two keys.</summary>
    [Fact]
    public void Explanation_OfAThousandKeysUnderChurn_IsWhatTheNextRequestDoes()
    {
        var random = new Random(5);
        var loads = new PoolLoad();
        Node[] all = [.. Enumerable.Range(0, 12).Select(i => PoolViews.Node($"node-{i}", load: new NodeLoad(loads), weight: 1 + (i % 3)))];
        HashSet<string> reasons = [];
        for (int i = 0; i < 1000; i++)
        {
            if (i % 10 == 0)
                Publish([.. all.Where(_ => random.Next(4) > 0)]);
            Node changed = all[random.Next(all.Length)];
            if (random.Next(3) == 0 && changed.Load.InFlight > 0)
                changed.Load.End(failed: false);
            else
                changed.Load.Begin();
            if (random.Next(8) == 0)
                NodeRuntime.Of(changed).Bar(NodeObstacles.Ejected);
            else
                NodeRuntime.Of(changed).Unbar(NodeObstacles.Ejected);

            string key = $"key-{random.Next()}";
            KeyExplanation explained = _explainer.Explain("items", key)!;
            NodeWalk walk = Items.WalkOf(_snapshots.Current.Pools["items"], KeyHash.Of(key), isSafe: true, _time);
            NodeSelection selection = _selector.Next(ref walk);

            Assert.Equal(selection.Node?.Id, explained.Node);
            Assert.Equal(selection.Reason.Name(), explained.Reason);
            Assert.Equal(_snapshots.Current.Pools["items"].Owner(KeyHash.Of(key))?.Id, explained.Owner);
            Assert.Equal(explained.Owner, explained.Walk[0].Id);
            reasons.Add(explained.Reason);
        }

        Assert.Superset(new HashSet<string> { "owner", "successor", "spill" }, reasons);
    }

    [Fact]
    public void Explanation_OfAnOverride_NamesOwnerHomeAndArc()
    {
        PoolSnapshot plain = PoolViews.Of("items", PoolViews.Node("a"), PoolViews.Node("b"));
        ulong hash = KeyHash.Of("key");
        string home = plain.Owner(hash)!.Id, other = home == "a" ? "b" : "a";
        RingArc arc = plain.Ring.ArcAt(hash)!.Value;
        HashRing ring = plain.Ring.WithOverrides([new RingOverride(arc.First, arc.Last, other)]);
        _snapshots.Publish(PoolViews.Snapshot(++_version, new PoolSnapshot("items", MembershipSource.Registry, plain.Nodes, ring) { AssignmentVersion = 7 }));

        KeyExplanation explained = _explainer.Explain("ITEMS", "key")!;

        Assert.Equal(("items", other, home, 7L, 1, other, "owner", false),
            (explained.Pool, explained.Owner, explained.Home, explained.AssignmentVersion, explained.Sharers, explained.Node, explained.Reason, explained.Waits));
        Assert.Equal(new ArcExplanation(arc.First, arc.Last, arc.Share, IsOverride: true), explained.Arc);
        Assert.Equal([other, home], explained.Walk.Select(node => node.Id));
    }

    [Fact]
    public void Explanation_CountsNothing()
    {
        Publish([PoolViews.Node("a")]);

        Assert.Equal("a", _explainer.Explain("items", "key")!.Node);

        Assert.Equal(0, Items.Runtime.Of(SelectionReason.Owner));
        Assert.Null(Items.Runtime.HotKeys);
        Assert.Equal(0, _snapshots.Current.Pools["items"].Nodes[0].Load.InFlight);
    }

    [Fact]
    public void Explanation_NodesAside_AreNamedWithTheirState()
    {
        Publish([PoolViews.Node("a"), PoolViews.Node("b", state: NodeState.Draining)]);

        KeyExplanation explained = _explainer.Explain("items", "key")!;

        Assert.Equal([new AsideNode("b", NodeState.Draining)], explained.Aside);
        Assert.Equal(["a"], explained.Walk.Select(node => node.Id));
    }

    [Fact]
    public void Explanation_NobodyServes_SaysSo()
    {
        Publish([]);

        KeyExplanation explained = _explainer.Explain("items", "key")!;

        Assert.Equal((null, null, null, "none"), (explained.Arc, explained.Owner, explained.Node, explained.Reason));
        Assert.Empty(explained.Walk);
    }

    [Fact]
    public void Explanation_UnknownPool_IsNone() => Assert.Null(_explainer.Explain("other", "key"));

    private void Publish(ImmutableArray<Node> nodes) => _snapshots.Publish(PoolViews.Snapshot(++_version, PoolViews.Of("items", nodes)));
}
