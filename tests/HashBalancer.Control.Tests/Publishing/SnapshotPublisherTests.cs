using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

public sealed class SnapshotPublisherTests
{
    [Fact]
    public async Task SetPools_BeforeAnyAnswer_PoolsStandWithoutNodes()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetPools(["items", "users"]);
        await rig.Published();

        Assert.Equal(1, rig.Current.Version);
        Assert.Equal(["items", "users"], rig.Current.Pools.Keys.Order());
        Assert.Equal(MembershipSource.None, rig.Pool("items").Source);
        Assert.Empty(rig.Pool("items").Nodes);
        Assert.Null(rig.Pool("items").Owner(42));
    }

    [Fact]
    public async Task SetMembership_FirstAnswer_NodesThatAreUpFormTheRing()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("b"), Node("a") with { Zone = "z1", Weight = 2 }, Node("c") with { State = NodeState.Down }, Node("d") with { State = NodeState.Draining });

        PoolSnapshot pool = rig.Pool("items");
        Assert.Equal(MembershipSource.Registry, pool.Source);
        Assert.Equal(["a", "b", "c", "d"], pool.Nodes.Select(n => n.Id));
        Assert.Equal("z1", pool.Nodes[0].Zone);
        Assert.Equal("http://10.0.0.1:80/", pool.Nodes[0].Address);
        Assert.Equal(2, pool.Ring.Count);
        Assert.Equal(HashRing.Build([new RingMember("a", 2), new RingMember("b")]).PointCount, pool.Ring.PointCount);
        Assert.Same(rig.Loads.Of("items", "a"), pool.Nodes[0].Load);
    }

    [Fact]
    public async Task SetMembership_SameNodesAgain_PublishesNothing()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        Snapshot before = rig.Current;
        await Publish(rig, Node("b"), Node("a"));
        Assert.Same(before, rig.Current);
    }

    [Fact]
    public async Task SetMembership_OneNodeJoins_OthersKeepObjectAndLoad()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("c"));
        PoolSnapshot before = rig.Pool("items");
        before.Nodes[0].Load.Begin();
        await Publish(rig, Node("a"), Node("b"), Node("c"));

        PoolSnapshot after = rig.Pool("items");
        Assert.Same(before.Nodes[0], after.Nodes[0]);
        Assert.Same(before.Nodes[1], after.Nodes[2]);
        Assert.Equal(1, after.Nodes[0].Load.InFlight);
        Assert.Equal(3, after.Ring.Count);
    }

    [Theory]
    [InlineData("port")]
    [InlineData("host")]
    [InlineData("zone")]
    public async Task SetMembership_NodeMovesButKeepsItsShare_RingIsTheSameObject(string what)
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        PoolSnapshot before = rig.Pool("items");
        NodeRegistration moved = what switch
        {
            "port" => Node("a") with { Port = 81 },
            "host" => Node("a") with { Host = "10.0.0.9" },
            _ => Node("a") with { Zone = "z2" },
        };
        await Publish(rig, moved, Node("b"));

        PoolSnapshot after = rig.Pool("items");
        Assert.NotSame(before, after);
        Assert.Same(before.Ring, after.Ring);
        Assert.Same(before.Nodes[0].Load, after.Nodes[0].Load);
        Assert.Equal((moved.Host, moved.Port, moved.Zone), (after.Nodes[0].Host, after.Nodes[0].Port, after.Nodes[0].Zone));
    }

    [Fact]
    public async Task SetMembership_NodeDrains_LeavesTheRingAndKeepsItsLoad()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        NodeLoad load = rig.Pool("items").Nodes[0].Load;
        await Publish(rig, Node("a") with { State = NodeState.Draining }, Node("b"));

        Assert.Equal(NodeState.Draining, rig.Pool("items").Nodes[0].State);
        Assert.Same(load, rig.Pool("items").Nodes[0].Load);
        Assert.False(rig.Pool("items").Ring.TryGetSlot("a", out _));
        Assert.Same(load, rig.Loads.Of("items", "a"));
    }

    [Fact]
    public async Task SetMembership_WeightChanges_RingFollows()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        await Publish(rig, Node("a") with { Weight = 3 }, Node("b"));
        HashRing ring = rig.Pool("items").Ring;
        Assert.True(ring.TryGetSlot("a", out int slot));
        Assert.Equal(new RingMember("a", 3), ring.MemberAt(slot));
    }

    [Fact]
    public async Task SetMembership_NodeGone_ItsLoadIsForgotten()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        NodeLoad a = rig.Pool("items").Nodes[0].Load, b = rig.Pool("items").Nodes[1].Load;
        await Publish(rig, Node("b"));

        Assert.NotSame(a, rig.Loads.Of("items", "a"));
        Assert.Same(b, rig.Loads.Of("items", "b"));
    }

    [Fact]
    public async Task SetPools_PoolNotNamed_LeavesWithItsLoadsAndOthersStay()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetPools(["items", "users"]);
        rig.Publisher.SetMembership(Membership("items", Node("a")));
        rig.Publisher.SetMembership(Membership("users", Node("a")));
        await rig.Published();
        PoolSnapshot users = rig.Pool("users");
        NodeLoad gone = rig.Pool("items").Nodes[0].Load;

        rig.Publisher.SetPools(["users"]);
        await rig.Published();

        Assert.Equal(["users"], rig.Current.Pools.Keys);
        Assert.Same(users, rig.Pool("users"));
        Assert.Same(users.Nodes[0].Load, rig.Loads.Of("users", "a"));
        Assert.NotSame(gone, rig.Loads.Of("items", "a"));
    }

    [Fact]
    public async Task SetMembership_PoolThatLeft_IsIgnored()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetPools(["items"]);
        rig.Publisher.SetMembership(Membership("items", Node("a")));
        rig.Publisher.SetPools([]);
        rig.Publisher.SetMembership(Membership("items", Node("b")));
        await rig.Published();
        Assert.Empty(rig.Current.Pools);
    }

    [Fact]
    public async Task SetPools_OtherSpelling_IsTheSamePool()
    {
        await using ControlRig rig = new();
        rig.Publisher.SetPools(["Items"]);
        rig.Publisher.SetMembership(Membership("items", Node("a")));
        await rig.Published();
        Snapshot before = rig.Current;
        Assert.Equal("Items", rig.Pool("items").Name);

        rig.Publisher.SetPools(["ITEMS"]);
        await rig.Published();
        Assert.Same(before, rig.Current);
    }

    [Fact]
    public async Task Changes_WithinMinimumInterval_ComeIntoForceTogether()
    {
        await using ControlRig rig = new(minimumInterval: TimeSpan.FromMilliseconds(20));
        rig.Publisher.SetPools(["items", "users"]);
        await rig.Published();
        Assert.Equal(1, rig.Current.Version);

        rig.Publisher.SetMembership(Membership("items", Node("a")));
        rig.Publisher.SetMembership(Membership("users", Node("u")));
        rig.Publisher.SetMembership(Membership("items", Node("a"), Node("b")));
        rig.Time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.Equal(1, rig.Current.Version);
        Assert.False(rig.Publisher.WhenPublished().IsCompleted);

        rig.Time.Advance(TimeSpan.FromMilliseconds(1));
        await rig.Published();
        Assert.Equal(2, rig.Current.Version);
        Assert.Equal(["a", "b"], rig.Ids("items"));
        Assert.Equal(["u"], rig.Ids("users"));
    }

    [Fact]
    public async Task Change_AfterQuietTime_ComesIntoForceWithoutTheClockMoving()
    {
        await using ControlRig rig = new(minimumInterval: TimeSpan.FromMilliseconds(20));
        rig.Publisher.SetPools(["items"]);
        await rig.Published();
        rig.Time.Advance(TimeSpan.FromMilliseconds(20));
        rig.Publisher.SetMembership(Membership("items", Node("a")));
        await rig.Published();
        Assert.Equal(["a"], rig.Ids("items"));
    }

    [Fact]
    public async Task Changes_FromManyThreads_VersionsCountUpByOneAndTheLastOnesStand()
    {
        await using ControlRig rig = new();
        string[] pools = [.. Enumerable.Range(0, 8).Select(i => $"pool-{i}")];
        rig.Publisher.SetPools(pools);
        List<long> versions = [];
        using CancellationTokenSource done = new();
        Task reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                long version = rig.Current.Version;
                if (versions.Count == 0 || versions[^1] != version)
                    versions.Add(version);
            }
        });
        await Task.WhenAll(pools.Select(pool => Task.Run(() =>
        {
            for (int i = 1; i <= 200; i++)
                rig.Publisher.SetMembership(Membership(pool, Node($"n-{i}")));
        })));
        await rig.Published();
        await done.CancelAsync();
        await reader;

        Assert.All(pools, pool => Assert.Equal(["n-200"], rig.Ids(pool)));
        Assert.Equal(versions.Order(), versions);
        Assert.Empty(rig.PublisherLog.Lines);
    }

    [Fact]
    public async Task SetNote_KeepsNodesAndRing()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"));
        PoolSnapshot before = rig.Pool("items");
        rig.Publisher.SetNote("items", "Lost.");
        await rig.Published();
        PoolSnapshot noted = rig.Pool("items");
        Assert.Equal(("Lost.", MembershipSource.Registry), (noted.Note, noted.Source));
        Assert.Same(before.Ring, noted.Ring);
        Assert.Same(before.Nodes[0], noted.Nodes[0]);

        Snapshot current = rig.Current;
        rig.Publisher.SetNote("items", "Lost.");
        rig.Publisher.SetNote("unheard-of", "Lost.");
        await rig.Published();
        Assert.Same(current, rig.Current);

        await Publish(rig, Node("a"));
        Assert.Null(rig.Pool("items").Note);
    }

    [Fact]
    public async Task SetNote_AfterMembershipNotYetPublished_BothComeIntoForce()
    {
        await using ControlRig rig = new(minimumInterval: TimeSpan.FromMilliseconds(20));
        rig.Publisher.SetPools(["items"]);
        await rig.Published();
        rig.Publisher.SetMembership(Membership("items", Node("a")));
        rig.Publisher.SetNote("items", "Lost.");
        rig.Time.Advance(TimeSpan.FromMilliseconds(20));
        await rig.Published();
        Assert.Equal(["a"], rig.Ids("items"));
        Assert.Equal("Lost.", rig.Pool("items").Note);
    }

    [Fact]
    public async Task SetMembership_SnapshotTakenBefore_StaysAsItWas()
    {
        await using ControlRig rig = new();
        await Publish(rig, Node("a"), Node("b"));
        Snapshot pinned = rig.Current;
        await Publish(rig, Node("c"));
        Assert.Equal(["a", "b"], pinned.Pools["items"].Nodes.Select(n => n.Id));
        Assert.Equal(pinned.Version + 1, rig.Current.Version);
    }

    private static NodeRegistration Node(string id) => new(id, "10.0.0.1", 80);

    private static PoolMembership Membership(string pool, params NodeRegistration[] nodes) => new(pool, MembershipSource.Registry, nodes);

    private static Task Publish(ControlRig rig, params NodeRegistration[] nodes)
    {
        rig.Publisher.SetPools(["items"]);
        rig.Publisher.SetMembership(Membership("items", nodes));
        return rig.Published();
    }
}
