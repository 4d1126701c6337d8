using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Testing;

namespace HashBalancer.Ring.Tests.Snapshots;

public sealed class SnapshotStoreTests
{
    [Fact]
    public void Current_BeforeTheFirst_IsEmpty() => Assert.Same(Snapshot.Empty, new SnapshotStore().Current);

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(0)]
    public void Publish_NotAboveTheCurrent_IsRefused(long version)
    {
        var store = new SnapshotStore();
        Snapshot current = Snapshot.Empty with { Version = 5 };
        store.Publish(current);

        var error = Assert.Throws<ArgumentException>(() => store.Publish(Snapshot.Empty with { Version = version }));

        Assert.Equal($"Snapshot {version} does not follow the current one, 5. (Parameter 'next')", error.Message);
        Assert.Same(current, store.Current);
        Assert.Throws<ArgumentNullException>(() => store.Publish(null!));
    }

    /// <summary>Each version has nodes of its own, named after it: a reader that met a ring of one version and nodes of another, or an
    /// older version after a newer one, would see it.</summary>
    [Fact]
    public async Task Readers_DuringTenThousandSwaps_SeeOnlyWholeSnapshots()
    {
        int swaps = Effort.Of(10_000);
        var store = new SnapshotStore();
        store.Publish(SnapshotOf(1, HashRing.Empty));
        using var done = new CancellationTokenSource();
        Task<long>[] readers = [.. Enumerable.Range(0, 4).Select(seed => Task.Factory.StartNew(
            () => Read(store, seed, done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

        HashRing ring = store.Current.Pools["items"].Ring;
        for (int version = 2; version <= swaps + 1; version++)
        {
            Snapshot next = SnapshotOf(version, ring);
            ring = next.Pools["items"].Ring;
            store.Publish(next);
        }

        await done.CancelAsync();
        long[] reads = await Task.WhenAll(readers);
        Assert.Equal(swaps + 1, store.Current.Version);
        Assert.All(reads, count => Assert.True(count > 0));
    }

    private static long Read(SnapshotStore store, int seed, CancellationToken done)
    {
        long reads = 0, last = 0;
        var chance = new Random(seed);
        do
        {
            Snapshot snapshot = store.Current;
            Assert.True(snapshot.Version >= last);
            last = snapshot.Version;
            PoolSnapshot pool = snapshot.Pools["items"];
            ulong hash = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
            int walked = 0;
            foreach (int slot in pool.Ring.Walk(hash))
            {
                // Nodes that stay are 'stay-…' in all versions; the others carry their version.
                string id = pool.NodeAt(slot).Id;
                Assert.Equal(id, pool.Ring.MemberAt(slot)!.Value.Id);
                Assert.True(id.StartsWith("stay-", StringComparison.Ordinal) || id.EndsWith($"-v{snapshot.Version}", StringComparison.Ordinal), id);
                walked++;
            }

            Assert.Equal(pool.Ring.Count, walked);
            Assert.NotNull(pool.Owner(hash));
            reads++;
        }
        while (!done.IsCancellationRequested);
        return reads;
    }

    private static Snapshot SnapshotOf(long version, HashRing derivedFrom)
    {
        string[] ids = ["stay-a", "stay-b", "stay-c", $"x-v{version}", .. Enumerable.Range(0, (int)(version % 3)).Select(i => $"y{i}-v{version}")];
        HashRing ring = derivedFrom.WithMembers(ids.Select(id => new RingMember(id)));
        ImmutableArray<Node> nodes = [.. ids.Select(id => new Node(id, "127.0.0.1", 80, 1, NodeState.Up, new NodeLoad()))];
        var pool = new PoolSnapshot("items", MembershipSource.Registry, nodes, ring);
        return new Snapshot(version, new Dictionary<string, PoolSnapshot> { ["items"] = pool }.ToFrozenDictionary());
    }
}
