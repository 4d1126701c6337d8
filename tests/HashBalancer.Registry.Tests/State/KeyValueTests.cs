using HashBalancer.Consul.Models;

namespace HashBalancer.Registry.Tests;

public sealed class KeyValueTests : IDisposable
{
    private readonly StateUnderTest _test = new();

    private KeyValues Keys => _test.State.Keys;

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Set_EqualValue_MovesNothing()
    {
        Set("k", "v");
        ulong before = _test.State.Index;

        Set("k", "v");

        Assert.Equal(before, _test.State.Index);
        Assert.Equal(before, Keys.Find("k")!.ModifyIndex);
    }

    [Fact]
    public void Set_UnderALock_KeepsTheSessionAndStartsLockIndexOver()
    {
        string session = _test.NewSession();
        Assert.True(_test.Lock("k", session));

        Set("k", "other");

        Assert.Equal((session, 0UL), (Keys.Find("k")!.Session, Keys.Find("k")!.LockIndex));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void SetIf_OtherIndex_IsRefused(ulong index, bool written)
    {
        Set("k", "v");
        _test.Change(change => Assert.Equal(written, _test.State.KeyWriter.SetIf(change, "k", [1], 0, index) is not null));
    }

    [Fact]
    public void SetIf_MatchingIndexOrZeroForNew_IsWritten()
    {
        _test.Change(change => Assert.NotNull(_test.State.KeyWriter.SetIf(change, "k", [1], 0, 0)));
        ulong index = Keys.Find("k")!.ModifyIndex;
        _test.Change(change => Assert.NotNull(_test.State.KeyWriter.SetIf(change, "k", [2], 0, index)));
        _test.Change(change => Assert.Null(_test.State.KeyWriter.SetIf(change, "missing", [2], 0, 5)));
        Assert.Equal([2], Keys.Find("k")!.Value);
    }

    [Fact]
    public void Lock_TakenAgain_CountsOnlyNewHolds()
    {
        string one = _test.NewSession(), two = _test.NewSession();

        Assert.True(_test.Lock("k", one));
        Assert.True(_test.Lock("k", one));
        Assert.Equal(1UL, Keys.Find("k")!.LockIndex);
        Assert.False(_test.Lock("k", two));
        _test.Change(change => Assert.Null(_test.State.KeyWriter.Unlock(change, "k", [], 0, two)));
        _test.Change(change => Assert.NotNull(_test.State.KeyWriter.Unlock(change, "k", [], 0, one)));
        Assert.True(_test.Lock("k", two));
        Assert.Equal(2UL, Keys.Find("k")!.LockIndex);
    }

    [Fact]
    public void Below_Prefix_IsAPlainStringPrefixInByteOrder()
    {
        foreach (string key in new[] { "b", "app/two", "apple", "app", "app/one", "a\U0001F600", "a\uFFFD", "aZ" })
            Set(key, "v");

        Assert.Equal(["app", "app/one", "app/two", "apple"], Keys.Below("app").Select(pair => pair.Key));
        Assert.Equal(["aZ", "app", "app/one", "app/two", "apple", "a\uFFFD", "a\U0001F600"], Keys.Below("a").Select(pair => pair.Key));
        Assert.Empty(Keys.Below("zz"));
    }

    [Fact]
    public void IndexOf_AfterADeletion_StaysUntilTheTombstoneIsReaped()
    {
        Set("p/a", "v");
        ulong kept = Keys.Find("p/a")!.ModifyIndex;
        Set("p/b", "v");
        _test.Change(change => _test.State.KeyWriter.Delete(change, "p/b"));
        ulong deleted = _test.State.Index;
        Set("q", "v");

        Assert.Equal(deleted, Keys.IndexOf("p/", Keys.Below("p/"), out bool isTables));
        Assert.False(isTables);
        _test.Clock.Advance(TimeSpan.FromMinutes(15));
        Keys.ReapTombstones(_test.State.Uptime);
        Assert.Equal(kept, Keys.IndexOf("p/", Keys.Below("p/"), out _));
        Assert.Equal(_test.State.Index, Keys.IndexOf("never/", [], out isTables));
        Assert.True(isTables);
    }

    [Fact]
    public void RollBack_AllKindsOfWrite_LeavesEverythingAsItWas()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        string session = _test.NewSession(checks: "c");
        Assert.True(_test.Lock("held", session));
        Set("k", "v");
        string before = Describe();

        using (Change change = _test.State.BeginChange())
        {
            change.BeginAtomic();
            _test.State.KeyWriter.Set(change, "k", [9], 7);
            _test.State.KeyWriter.Set(change, "new", [9], 7);
            _test.State.KeyWriter.Delete(change, "k");
            NodeRow node = _test.State.Catalog.Nodes["node-1"];
            _test.State.Writer.EnsureService(change, node, new CatalogServiceInstance { ID = "w2", Service = "web" });
            _test.State.Writer.EnsureService(change, node, new CatalogServiceInstance { ID = "w1", Service = "moved" });
            _test.State.Writer.EnsureCheck(change, node, new HealthCheck { CheckID = "c", Status = "critical", ServiceID = "w1" });
            _test.State.Writer.EnsureCheck(change, node, new HealthCheck { CheckID = "nodewide", Status = "passing" });
            NodeRow other = _test.State.Writer.EnsureNode(change, new CatalogNode { Node = "node-2", Address = "10.0.0.2" });
            _test.State.Writer.EnsureService(change, other, new CatalogServiceInstance { Service = "solo" });
            _test.State.Writer.RemoveNode(change, "node-1");
            change.RollBack();
        }

        Assert.Equal(before, Describe());
        Assert.NotNull(_test.State.Sessions.Find(session));
        _test.Change(change => _test.State.Agent.Report(change, "c", "critical", ""));
        Assert.Null(_test.State.Sessions.Find(session));
    }

    private void Set(string key, string value) =>
        _test.Change(change => _test.State.KeyWriter.Set(change, key, System.Text.Encoding.UTF8.GetBytes(value), 0));

    private string Describe() => string.Join('\n',
    [
        .. Keys.All.Select(pair => pair.ToString()),
        .. _test.State.Catalog.Nodes.Values.Select(row => row.Node.ToString()),
        .. _test.State.Catalog.Services.Values.SelectMany(set => set.Views.Select(view => $"{set.Index} {System.Text.Encoding.UTF8.GetString(view.Json)}")),
        .. _test.State.Catalog.ChecksOf("web").Select(check => check.ToString()),
        $"{_test.State.Catalog.NodesIndex} {_test.State.Catalog.ServicesIndex} {_test.State.Catalog.ChecksIndex} {_test.State.Catalog.ExtinctionIndex}",
        $"{Keys.Index} {_test.State.Sessions.Index} {_test.State.Catalog.IndexOf("moved")} {_test.State.Catalog.IndexOf("solo")}",
    ]);
}
