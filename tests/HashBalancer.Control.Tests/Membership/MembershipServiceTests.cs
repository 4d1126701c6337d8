using HashBalancer.Consul.Models;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Control.Tests;

public sealed class MembershipServiceTests
{
    private static readonly PoolDefinition Items = new("items", "web");
    private static readonly PoolDefinition Users = new("users", "accounts");

    [Fact]
    public async Task Apply_BeforeStart_PoolsStandWithoutNodesAndNothingIsAsked()
    {
        await using ControlRig rig = new();
        rig.Membership.Apply([Items]);
        await rig.Published();
        Assert.Equal(MembershipSource.None, rig.Pool("items").Source);
        Assert.Equal(0, rig.Source.Of("web").Opened);
    }

    [Fact]
    public async Task Answer_BecomesTheSnapshot()
    {
        await using ControlRig rig = new();
        await rig.Start(Items, Users);
        await rig.Source.Answer("web", 7, Instance.Several(3));
        await rig.Published();

        Assert.Equal(["web-1", "web-2", "web-3"], rig.Ids("items"));
        Assert.Equal(MembershipSource.Registry, rig.Pool("items").Source);
        Assert.Equal(MembershipSource.None, rig.Pool("users").Source);
        Assert.Equal(7UL, rig.Status.Current.Pools["items"].Index);
        Assert.Equal(RegistryState.Reachable, rig.Status.Current.State);
    }

    [Fact]
    public async Task Answer_TrustedAndEmpty_EmptiesThePool()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(3));
        await rig.Source.Answer("web", 8);
        await rig.Published();
        Assert.Empty(rig.Ids("items"));
        Assert.Equal(0, rig.Source.Of("web").Reads);
    }

    [Fact]
    public async Task Failure_HoweverLong_PoolKeepsItsNodes()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(3));
        await rig.Source.Fail("web");
        await rig.Published();
        Snapshot before = rig.Current;
        Assert.Equal(["web-1", "web-2", "web-3"], rig.Ids("items"));
        for (int i = 0; i < 50; i++)
        {
            await rig.Source.Fail("web");
            rig.Time.Advance(TimeSpan.FromMinutes(30));
        }

        await rig.Published();
        Assert.Same(before, rig.Current);
        Assert.Equal(RegistryState.Unreachable, rig.Status.Current.State);
        Assert.Equal(2, rig.StatusLog.Lines.Count);
    }

    [Theory]
    [InlineData("failed", "The registry does not answer: the gateway's readiness report says why.")]
    [InlineData("refused", "The registry refuses to answer: the gateway's readiness report says why.")]
    public async Task Failure_IsNotedOnThePoolUntilAnAnswer(string outcome, string note)
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Give("web", new RegistryEvent<InstanceReading>.Failure(outcome == "failed" ? QueryOutcome.Failed : QueryOutcome.Refused, "10.1.2.3 says no"));
        await rig.Published();
        Assert.Equal((MembershipSource.None, note), (rig.Pool("items").Source, rig.Pool("items").Note));

        await rig.Source.Answer("web", 7, Instance.Several(1));
        await rig.Published();
        Assert.Equal((MembershipSource.Registry, null), (rig.Pool("items").Source, rig.Pool("items").Note));
    }

    [Fact]
    public async Task Answer_OddInstances_AreWarnedOfOncePerChange()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        ServiceEntry good = Instance.Of("web-1"), portless = Instance.Of("web-2", port: 0);
        await rig.Source.Answer("web", 7, good, portless);
        await rig.Source.Answer("web", 8, good, portless);
        Assert.Equal(["Warning: Pool items: instance 'web-2': is left out: its port is 0; allowed are 1 to 65535"], rig.MembershipLog.Lines);

        await rig.Source.Answer("web", 9, good);
        await rig.Source.Answer("web", 10, good, portless);
        Assert.Equal(2, rig.MembershipLog.Lines.Count);
        await rig.Published();
        Assert.Equal(["web-1"], rig.Ids("items"));
    }

    [Fact]
    public async Task Answer_ThousandOddInstances_LogStaysShort()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, [.. Enumerable.Range(0, 1000).Select(i => Instance.Of($"web-{i}", port: 0))]);
        Assert.Equal(21, rig.MembershipLog.Lines.Count);
        Assert.Equal("Warning: Pool items: 980 more warnings of this kind", rig.MembershipLog.Lines[20]);
    }

    [Fact]
    public async Task Apply_Unchanged_KeepsWatchNodesAndLoads()
    {
        await using ControlRig rig = new();
        await rig.Start(Items with { Tags = ["v1"] });
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Published();
        PoolSnapshot before = rig.Pool("items");

        rig.Membership.Apply([Items with { Tags = ["v1"] }, Users]);
        await rig.Published();
        Assert.Same(before, rig.Pool("items"));
        Assert.Equal(MembershipSource.None, rig.Pool("users").Source);
        await rig.Source.Answer("accounts", 7, Instance.Several(1));
        await rig.Source.Answer("web", 8, Instance.Several(2));
        Assert.Equal(1, rig.Source.Of("web").Opened);
    }

    [Fact]
    public async Task Apply_OtherService_KeepsNodesUntilTheNewServiceAnswers()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Published();

        rig.Membership.Apply([new PoolDefinition("items", "web2")]);
        await Eventually.IsTrue(() => rig.Source.Of("web").Open == 0 && rig.Source.Of("web2").Open == 1, "the watch moves to the other service");
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));

        await rig.Source.Answer("web2", 3);
        await rig.Published();
        Assert.Empty(rig.Ids("items"));
        Assert.Equal(MembershipSource.Registry, rig.Pool("items").Source);
    }

    [Fact]
    public async Task Answered_ByAWatchThatWasReplaced_IsIgnored()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await using PoolWatch replaced = new(Items, rig.Source, rig.Membership, TimeSpan.Zero, rig.Time, rig.MembershipLog);
        IPoolWatchListener listener = rig.Membership;
        listener.Answered(replaced, new PoolMembership("items", MembershipSource.Registry, []), 9, held: 0);
        listener.Failed(replaced, QueryOutcome.Failed, "late");
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal((7UL, 0), (rig.Status.Current.Pools["items"].Index, rig.Status.Current.Pools["items"].FailuresInRow));
        Assert.Null(rig.Pool("items").Note);
    }

    [Fact]
    public async Task Apply_PoolGone_WatchEndsAndPoolLeaves()
    {
        await using ControlRig rig = new();
        await rig.Start(Items, Users);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        rig.Membership.Apply([Users]);
        await rig.Published();
        await Eventually.IsTrue(() => rig.Source.Of("web").Open == 0, "the watch ends");
        Assert.Equal(["users"], rig.Current.Pools.Keys);
        Assert.Equal(["users"], rig.Status.Current.Pools.Keys);
    }

    [Fact]
    public async Task Apply_Invalid_NamesEveryFaultAndChangesNothing()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        Snapshot before = rig.Current;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => rig.Membership.Apply(
            [new("a", ""), new("A", "web"), new("", "web"), new("b", "we\0b") { Datacenter = " ", Tags = ["ok", ""] }]));
        await rig.Published();

        Assert.Equal(
            """
            Pools:a:Service is empty; allowed are 1 to 255 characters, none of them a control character.
            Pools:A stands twice; pool names are compared without regard to case.
            Name of the pool at Pools: is empty; allowed are 1 to 255 characters, none of them a control character.
            Pools:b:Service has the control character U+0000; allowed are 1 to 255 characters, none of them a control character.
            Pools:b:Datacenter is empty; allowed are 1 to 255 characters, none of them a control character.
            Pools:b:Tags:1 is empty; allowed are 1 to 255 characters, none of them a control character. (Parameter 'pools')
            """, refused.Message, ignoreLineEndingDifferences: true);
        Assert.Same(before, rig.Current);
        Assert.Equal(["items"], rig.Status.Current.Pools.Keys);
    }

    [Fact]
    public async Task DoubtfulAnswer_EmptiesNothingAtOnce()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Source.Give("web", new RegistryEvent<InstanceReading>.Answer([], 8, IsDoubtful: true));
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal(2, rig.Status.Current.Pools["items"].Held);
    }

    [Fact]
    public async Task EmptyAfterLoss_NodesAreHeldUntilTheyReturn()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Source.Fail("web");
        await rig.Source.Answer("web", 2);
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal(2, rig.Status.Current.Pools["items"].Held);

        await rig.Source.Answer("web", 3, Instance.Several(1));
        Assert.Equal(1, rig.Status.Current.Pools["items"].Held);
        await rig.Source.Answer("web", 4, Instance.Several(2));
        Assert.Equal(0, rig.Status.Current.Pools["items"].Held);
        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
        Assert.Equal(
        [
            "Warning: Pool items: 2 that the registry names no more are kept: it was lost or started anew, and they may return until 00:00:30 UTC",
            "Information: Pool items: the registry names all again",
        ], rig.MembershipLog.Lines);
    }

    [Fact]
    public async Task EmptyAfterLoss_GraceEnds_HeldNodesGo()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Source.Fail("web");
        await rig.Source.Answer("web", 2);
        rig.Source.Of("web").NextRead(FakeRegistrySource.Answered(2, Instance.Several(1)));
        await Eventually.IsTrue(() => rig.Time.PendingTimers == 1, "the grace is waited for");
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.IsTrue(() => rig.Status.Current.Pools["items"].Held == 0, "held nodes go");
        await rig.Published();

        Assert.Equal(["web-1"], rig.Ids("items"));
        Assert.Equal("Warning: Pool items: 1 go: the registry did not name them again in time", rig.MembershipLog.Lines[1]);
    }

    [Fact]
    public async Task EmptyAfterLoss_RegistryLostAgainAtTheEndOfGrace_NodesStay()
    {
        await using ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Source.Fail("web");
        await rig.Source.Answer("web", 2);
        for (int i = 0; i < 5; i++)
        {
            int reads = rig.Source.Of("web").Reads;
            rig.Source.Of("web").NextRead(new RegistryEvent<InstanceReading>.Failure(QueryOutcome.Failed, "connection refused"));
            await Eventually.IsTrue(() => rig.Time.PendingTimers == 1, "the grace is waited for");
            rig.Time.Advance(TimeSpan.FromSeconds(30));
            await Eventually.IsTrue(() => rig.Source.Of("web").Reads == reads + 1, "the registry is asked again");
        }

        await rig.Published();
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
    }

    [Fact]
    public async Task StopAsync_EndsWatchesAndKeepsTheSnapshot()
    {
        ControlRig rig = new();
        await rig.Start(Items);
        await rig.Source.Answer("web", 7, Instance.Several(2));
        await rig.Published();
        await rig.DisposeAsync();
        Assert.Equal(0, rig.Source.Of("web").Open);
        Assert.Equal(["web-1", "web-2"], rig.Ids("items"));
    }
}
