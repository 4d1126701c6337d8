using HashBalancer.Consul.Models;

namespace HashBalancer.Registry.Tests;

public sealed class SessionTests : IDisposable
{
    private readonly StateUnderTest _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Ttl_NotRenewed_EndsAfterTwiceItsLength()
    {
        string id = _test.NewSession(ttl: "10s");

        _test.Clock.Advance(TimeSpan.FromSeconds(19.9));
        Assert.NotNull(_test.State.Sessions.Find(id));
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(_test.State.Sessions.Find(id));
    }

    [Fact]
    public void Ttl_Renewed_CountsFromTheRenewal()
    {
        string id = _test.NewSession(ttl: "10s");
        _test.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.NotNull(_test.State.Sessions.Renew(id));

        _test.Clock.Advance(TimeSpan.FromSeconds(19.9));
        Assert.NotNull(_test.State.Sessions.Find(id));
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Null(_test.State.Sessions.Find(id));
    }

    [Fact]
    public void End_Release_FreesTheKeyAndKeepsLockIndexAndValue()
    {
        string id = _test.NewSession();
        Assert.True(_test.Lock("k", id));

        _test.Change(change => _test.State.Sessions.Destroy(change, id));

        KVPair pair = _test.State.Keys.Find("k")!;
        Assert.Null(pair.Session);
        Assert.Equal(1UL, pair.LockIndex);
        Assert.Equal("v"u8.ToArray(), pair.Value);
        Assert.Equal(_test.State.Index, pair.ModifyIndex);
    }

    [Fact]
    public void End_Delete_TakesTheKeys()
    {
        string id = _test.NewSession(behavior: SessionBehavior.Delete);
        Assert.True(_test.Lock("k", id));

        _test.Change(change => _test.State.Sessions.Destroy(change, id));

        Assert.Null(_test.State.Keys.Find("k"));
    }

    [Fact]
    public void LockDelay_AfterTheEnd_RefusesEverybodyUntilItIsOver()
    {
        string holder = _test.NewSession(lockDelay: TimeSpan.FromSeconds(15));
        string other = _test.NewSession();
        Assert.True(_test.Lock("k", holder));
        _test.Change(change => _test.State.Sessions.Destroy(change, holder));

        Assert.False(_test.Lock("k", other));
        _test.Clock.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(_test.Lock("k", other));
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(_test.Lock("k", other));
        Assert.Equal(2UL, _test.State.Keys.Find("k")!.LockIndex);
    }

    [Fact]
    public void LockDelay_AboveAMinute_CountsAsAMinute()
    {
        string holder = _test.NewSession(lockDelay: TimeSpan.FromMinutes(5));
        string other = _test.NewSession();
        Assert.True(_test.Lock("k", holder));
        _test.Change(change => _test.State.Sessions.Destroy(change, holder));

        _test.Clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(_test.Lock("k", other));
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(_test.Lock("k", other));
    }

    [Fact]
    public void Check_TurnsCritical_EndsTheSessionsThatNameIt()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        string named = _test.NewSession(checks: "c");
        string unnamed = _test.NewSession();
        Assert.True(_test.Lock("k", named));

        _test.Change(change => _test.State.Agent.Report(change, "c", "warning", ""));
        Assert.NotNull(_test.State.Sessions.Find(named));
        _test.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Null(_test.State.Sessions.Find(named));
        Assert.NotNull(_test.State.Sessions.Find(unnamed));
        Assert.Null(_test.State.Keys.Find("k")!.Session);
    }

    [Fact]
    public void Node_TakenOut_EndsItsSessions()
    {
        string id = _test.NewSession();

        _test.Change(change => _test.State.Writer.RemoveNode(change, "node-1"));

        Assert.Null(_test.State.Sessions.Find(id));
    }

    [Fact]
    public void Find_NoUuid_SaysSo() =>
        Assert.Equal(
            "failed session lookup: index error: UUID must be 36 characters",
            Assert.Throws<StateException>(() => _test.State.Sessions.Find("x")).Message);

    [Fact]
    public void Close_LeavesNoTimer()
    {
        _test.NewSession(ttl: "10s");
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        _test.Change(change => _test.State.Agent.Report(change, "c", "passing", "output"));
        Assert.Equal(3, _test.Clock.PendingTimers);

        _test.State.Dispose();

        Assert.Equal(0, _test.Clock.PendingTimers);
    }
}
