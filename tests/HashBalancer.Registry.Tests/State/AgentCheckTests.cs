using HashBalancer.Consul.Models;

namespace HashBalancer.Registry.Tests;

public sealed class AgentCheckTests : IDisposable
{
    private readonly StateUnderTest _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void Ttl_NotReported_TurnsCriticalAtItsEnd()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));

        _test.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal("passing", _test.InCatalog("c").Status);
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("critical", _test.InCatalog("c").Status);
        Assert.Equal("TTL expired", _test.InCatalog("c").Output);
    }

    [Fact]
    public void Ttl_Reported_RunsFromTheReport()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "critical"));
        _test.Clock.Advance(TimeSpan.FromSeconds(8));
        _test.Change(change => Assert.True(_test.State.Agent.Report(change, "c", "passing", "all good")));

        _test.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal("passing", _test.InCatalog("c").Status);
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("TTL expired (last output before timeout follows): all good", _test.InCatalog("c").Output);
    }

    [Fact]
    public void Ttl_ServiceRegisteredAgain_KeepsStatusAndStartsAnew()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "critical"));
        _test.Change(change => _test.State.Agent.Report(change, "c", "passing", "mine"));
        _test.Clock.Advance(TimeSpan.FromSeconds(8));

        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "critical"));

        Assert.Equal(("passing", "mine"), (_test.InCatalog("c").Status, _test.InCatalog("c").Output));
        _test.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal("passing", _test.InCatalog("c").Status);
        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("critical", _test.InCatalog("c").Status);
    }

    [Fact]
    public void Ttl_TimerRunsEarly_ExpiresAllTheSame()
    {
        var clock = new EarlyTimeProvider(TimeSpan.FromMilliseconds(1));
        using var state = new RegistryState(new AgentIdentity("node-1", "n", "127.0.0.1", "dc1"), clock, new Random(1));
        using (Change change = state.BeginChange())
            state.Agent.PutCheck(change, new HealthCheck { CheckID = "c", Status = "passing" }, StateUnderTest.Ttl(10));

        clock.Inner.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal("passing", state.Agent.Checks["c"].Row.Status);
        clock.Inner.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("critical", state.Agent.Checks["c"].Row.Status);
    }

    [Fact]
    public void Ttl_BeyondWhatATimerHolds_ExpiresAtItsEndAllTheSame()
    {
        _test.Register("w1", "web", ("c", new CheckPlan(CheckKind.Ttl) { Ttl = TimeSpan.FromDays(100) }, "passing"));

        _test.Clock.Advance(TimeSpan.FromDays(99.9));
        Assert.Equal("passing", _test.InCatalog("c").Status);
        _test.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal("critical", _test.InCatalog("c").Status);
    }

    [Fact]
    public void Output_AloneChanged_ReachesTheCatalogMinutesLater()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(3600), "passing"));
        ulong before = _test.State.Catalog.IndexOf("web");

        _test.Change(change => _test.State.Agent.Report(change, "c", "passing", "new"));

        Assert.Equal("new", _test.State.Agent.Checks["c"].Row.Output);
        _test.Clock.Advance(TimeSpan.FromMinutes(2.5));
        Assert.Equal("", _test.InCatalog("c").Output);
        Assert.Equal(before, _test.State.Catalog.IndexOf("web"));
        _test.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("new", _test.InCatalog("c").Output);
        Assert.Equal(before + 1, _test.State.Catalog.IndexOf("web"));
    }

    [Fact]
    public void Reap_CriticalForLonger_TakesTheServiceOut()
    {
        _test.Register("z1", "reap", ("z", StateUnderTest.Ttl(10, deregisterAfterSeconds: 60), "passing"));
        _test.Register("z2", "reap", ("y", StateUnderTest.Ttl(10), "passing"));
        _test.Clock.Advance(TimeSpan.FromSeconds(70));
        _test.Change(change => Assert.Empty(_test.State.Agent.Reap(change)));

        _test.Clock.Advance(TimeSpan.FromSeconds(0.1));
        _test.Change(change => Assert.Equal(["z1"], _test.State.Agent.Reap(change)));

        Assert.Equal(["z2"], _test.State.Agent.Services.Keys);
        Assert.DoesNotContain("z", _test.State.Catalog.Nodes["node-1"].Checks.Keys);
    }

    [Fact]
    public void Reap_PassingInBetween_CountsFromTheLastFailure()
    {
        _test.Register("z1", "reap", ("z", StateUnderTest.Ttl(10, deregisterAfterSeconds: 60), "critical"));
        _test.Clock.Advance(TimeSpan.FromSeconds(50));
        _test.Change(change => _test.State.Agent.Report(change, "z", "passing", ""));
        _test.Clock.Advance(TimeSpan.FromSeconds(40));

        _test.Change(change => Assert.Empty(_test.State.Agent.Reap(change)));
    }

    [Fact]
    public void Reconcile_DirectWritesToTheOwnNode_AreUndone()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        NodeRow node = _test.State.Catalog.Nodes["node-1"];
        _test.Change(change =>
        {
            _test.State.Writer.EnsureService(change, node, new CatalogServiceInstance { ID = "alien", Service = "alien" });
            _test.State.Writer.RemoveService(change, node, "w1");
        });

        _test.Change(_test.State.Agent.Reconcile);

        Assert.Equal(["consul", "w1"], node.Services.Keys);
        Assert.Equal("passing", _test.InCatalog("c").Status);
    }

    [Fact]
    public void Reconcile_NothingAmiss_MovesNoIndex()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        _test.Register("w1", "moved");
        ulong before = _test.State.Index;

        _test.Change(_test.State.Agent.Reconcile);

        Assert.Equal(before, _test.State.Index);
    }

    [Fact]
    public void Reconcile_OwnNodeTakenOut_RegistersAllAgain()
    {
        _test.Register("w1", "web", ("c", StateUnderTest.Ttl(10), "passing"));
        _test.Change(change => _test.State.Writer.RemoveNode(change, "node-1"));

        _test.Change(_test.State.Agent.Reconcile);

        Assert.Equal(["consul", "w1"], _test.State.Catalog.Nodes["node-1"].Services.Keys);
        Assert.Equal(["c", "serfHealth"], _test.State.Catalog.Nodes["node-1"].Checks.Keys);
    }

    [Theory]
    [InlineData("fffpp", "CCC--", 3, 0)]
    [InlineData("fpppf", "C--PC", 3, 0)]
    [InlineData("pffpf", "P--P-", 0, 3)]
    [InlineData("pfff", "P--C", 0, 3)]
    [InlineData("fpf", "CPC", 0, 0)]
    public void Threshold_ResultsInARow_ApplyWhenThereAreEnough(string results, string applied, int successes, int failures)
    {
        var threshold = new CheckThreshold(new CheckPlan(CheckKind.Http) { SuccessBeforePassing = successes, FailuresBeforeCritical = failures });

        string seen = string.Concat(results.Select(result => !threshold.Admits(result == 'p' ? "passing" : "critical") ? '-' : result == 'p' ? 'P' : 'C'));

        Assert.Equal(applied, seen);
    }
}
