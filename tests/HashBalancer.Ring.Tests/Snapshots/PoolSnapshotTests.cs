using System.Collections.Immutable;

namespace HashBalancer.Ring.Tests.Snapshots;

public sealed class PoolSnapshotTests
{
    private static readonly HashRing Ring = HashRing.Build([new("a"), new("b")]);

    [Fact]
    public void Owner_IsTheNodeOfTheRingsMember()
    {
        ImmutableArray<Node> nodes = [NodeOf("down"), NodeOf("b"), NodeOf("a")];
        var pool = new PoolSnapshot("items", MembershipSource.Registry, nodes, Ring);

        foreach (ulong hash in Keys.Random(1, 100))
        {
            Assert.Equal(Ring.OwnerId(hash), pool.Owner(hash)!.Id);
            Assert.Same(pool.Owner(hash), pool.NodeAt(Ring.Owner(hash)));
        }

        Assert.Equal(("items", MembershipSource.Registry, nodes, Ring), (pool.Name, pool.Source, pool.Nodes, pool.Ring));
    }

    [Fact]
    public void Owner_NoNodeServes_IsNone() =>
        Assert.Null(new PoolSnapshot("items", MembershipSource.None, [NodeOf("down")], HashRing.Empty).Owner(1));

    [Fact]
    public void New_AMemberWithoutNode_IsRefused() => Assert.Equal(
        "The ring of pool 'items' has 2 members, 1 of them are among its nodes. (Parameter 'ring')",
        Assert.Throws<ArgumentException>(() => new PoolSnapshot("items", MembershipSource.Registry, [NodeOf("a")], Ring)).Message);

    [Fact]
    public void New_ANodeTwice_IsRefused() => Assert.Equal(
        "Node 'a' stands twice in pool 'items'. (Parameter 'nodes')",
        Assert.Throws<ArgumentException>(() => new PoolSnapshot("items", MembershipSource.Registry, [NodeOf("a"), NodeOf("b"), NodeOf("a")], Ring)).Message);

    [Fact]
    public void New_NoRing_Throws() =>
        Assert.Throws<ArgumentNullException>("ring", () => new PoolSnapshot("items", MembershipSource.None, [], null!));

    private static Node NodeOf(string id) => new(id, "127.0.0.1", 80, 1, NodeState.Up, new NodeLoad());
}
