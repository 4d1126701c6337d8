using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Health;

/// <summary>When a node is ejected, for how long, and how it comes back.</summary>
public sealed class NodeHealthTests
{
    private static readonly OutlierPolicy Policy = new() { ConsecutiveFailures = 3, MinimumRequests = 10, EjectionTime = TimeSpan.FromSeconds(10), MaxEjectionTime = TimeSpan.FromSeconds(15) };

    private readonly ManualTimeProvider _time = new();
    private readonly NodeHealth _health = new();

    [Fact]
    public void Report_FailuresInARow_EjectAtTheLimitAndNotBefore() =>
        Assert.Equal([HealthVerdict.Keep, HealthVerdict.Keep, HealthVerdict.Eject], Reports(true, true, true));

    [Fact]
    public void Report_SuccessBetween_BeginsAnew() =>
        Assert.Equal(Enumerable.Repeat(HealthVerdict.Keep, 5), Reports(true, true, false, true, true));

    [Fact]
    public void Report_HalfOfEnoughRequestsFail_Ejects()
    {
        for (int i = 0; i < 5; i++)
            Assert.DoesNotContain(HealthVerdict.Eject, Reports(false, true));
        Assert.Equal([HealthVerdict.Eject], Reports(true));
    }

    [Fact]
    public void BeginProbe_EjectedNode_OneProbeAfterItsTime()
    {
        _health.Eject(Policy, EjectionReason.Probe);
        Assert.Equal((false, false), (_health.IsSound, _health.BeginProbe()));

        Assert.True(_health.AwaitProbe());

        Assert.True(_health.BeginProbe());
        Assert.False(_health.BeginProbe());
    }

    [Fact]
    public void Report_OfTheProbe_DecidesAndEjectionsGrowUpToTheLimit()
    {
        Assert.Equal(TimeSpan.FromSeconds(10), _health.Eject(Policy, EjectionReason.Probe));
        Probe();
        Assert.Equal([HealthVerdict.Eject], Reports(true));
        Assert.Equal(TimeSpan.FromSeconds(15), _health.Eject(Policy, EjectionReason.Probe));
        Probe();
        Assert.Equal([HealthVerdict.Reinstate], Reports(false));
        _health.Reinstate();
        Assert.True(_health.IsSound);
        Assert.Equal(2, _health.EjectionsEver);
    }

    [Fact]
    public void ForgetProbe_ClientLeft_NextRequestIsTheProbe()
    {
        _health.Eject(Policy, EjectionReason.Probe);
        Probe();

        _health.ForgetProbe();

        Assert.True(_health.BeginProbe());
    }

    [Fact]
    public void Report_Eject_SaysWhy()
    {
        EjectionReason reason = default;
        foreach (bool failed in new[] { true, true, true })
            _health.Report(failed, Policy, _time, out reason);
        Assert.Equal(EjectionReason.ConsecutiveFailures, reason);

        _health.Eject(Policy, reason);
        Probe();
        _health.Report(failed: true, Policy, _time, out reason);
        Assert.Equal(EjectionReason.Probe, reason);
        Assert.Equal((1, 0), (_health.EjectionsFor(EjectionReason.ConsecutiveFailures), _health.EjectionsFor(EjectionReason.Probe)));
    }

    [Fact]
    public void Burden_GrowsWithTheShareOfFailuresFasterThanTheyFreeTheNode()
    {
        Assert.Equal(1, _health.Burden);
        Reports([.. Enumerable.Range(0, 20).Select(i => i % 2 == 0)]);
        Assert.Equal(4, _health.Burden, 9);
        Reports([.. Enumerable.Repeat(true, 1000)]);
        Assert.Equal(100, _health.Burden, 9);

        _time.Advance(Policy.Window + TimeSpan.FromSeconds(1));
        _health.EndWindow(Policy, _time);
        Assert.Equal(1, _health.Burden);
    }

    [Fact]
    public void Burden_NodeThatAwaitsItsProbe_IsNone()
    {
        Reports(true, true, true);
        _health.Eject(Policy, EjectionReason.ConsecutiveFailures);
        Assert.True(_health.Burden > 1);
        Assert.True(_health.AwaitProbe());
        Assert.Equal(1, _health.Burden);
    }

    private void Probe() => Assert.True(_health.AwaitProbe() && _health.BeginProbe());

    private HealthVerdict[] Reports(params bool[] failed) => [.. failed.Select(f => _health.Report(f, Policy, _time, out _))];
}
