using System.Diagnostics.Metrics;
using System.Text;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Control.Tests.LoadReports;

public sealed class HeartbeatLoadsTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConsulClient _client = new(new ConsulClientOptions());
    private readonly HeartbeatLoads _loads;
    private ulong _index = 10;

    public HeartbeatLoadsTests() =>
        _loads = new HeartbeatLoads(_client, new CoordinationKeys("hashbalancer/leader"), _time, new RebalancingTelemetry(_meters.GetRequiredService<IMeterFactory>(), new SnapshotStore()));

    public void Dispose()
    {
        _client.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Take_EntriesThatChange_AreAveraged()
    {
        // How old the first one is nobody knows.
        Tell("TEXT application_utilization=0.9,sequence=1");
        Assert.Null(_loads.UtilisationOf("a"));
        Tell("TEXT cpu_utilization=0.1,application_utilization=0.5,sequence=2");
        Assert.Equal(0.5, _loads.UtilisationOf("a"));
        Tell("TEXT application_utilization=1,sequence=3");
        Assert.Equal(0.5 + (0.5 * (1 - Math.Exp(-5 / 15.0))), _loads.UtilisationOf("a")!.Value, 9);
    }

    [Fact]
    public void Take_AgentFallsSilent_CountsForThreeMinutes()
    {
        Tell("TEXT application_utilization=0.5,sequence=1");
        Tell("TEXT application_utilization=0.5,sequence=2");
        _time.Advance(TimeSpan.FromSeconds(179));
        _loads.Take([Entry("a", "TEXT application_utilization=0.5,sequence=2", _index)], ["a"]);
        Assert.Equal(0.5, _loads.UtilisationOf("a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_loads.UtilisationOf("a"));
    }

    [Theory]
    [InlineData("TEXT application_utilization=-0.1")]
    [InlineData("TEXT application_utilization=NaN")]
    [InlineData("TEXT application_utilization=1e9")]
    [InlineData("TEXT application_utilization=much")]
    [InlineData("TEXT cpu_utilization=0.5")]
    [InlineData("application_utilization=0.5")]
    [InlineData("")]
    public void Take_ReportThatLies_IsIgnored(string text)
    {
        Tell("TEXT application_utilization=0.5,sequence=1");
        Tell(text);
        Assert.Null(_loads.UtilisationOf("a"));
    }

    [Fact]
    public void Take_NodeOfNoPool_IsIgnored()
    {
        for (int i = 0; i < 3; i++)
        {
            _loads.Take([Entry("stranger", $"TEXT application_utilization=0.5,sequence={i}", ++_index)], ["a"]);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Null(_loads.UtilisationOf("stranger"));
    }

    [Fact]
    public void Complete_NodesThatReportInTheirAnswers_KeepThat()
    {
        Tell("TEXT application_utilization=0.5,sequence=1");
        Tell("TEXT application_utilization=0.5,sequence=2");
        NodeReading silent = new("a", 1, 10, 0, 10, 0, 1, null, TimeSpan.FromMinutes(1));
        PoolReading read = _loads.Complete(new PoolReading([silent, silent with { Id = "b", Utilisation = 0.7 }, silent with { Id = "c" }], new SliceRates(4, [], 0), TimeSpan.FromMinutes(1)));
        Assert.Equal([0.5, 0.7, null], read.Nodes.Select(n => n.Utilisation));
    }

    private void Tell(string text)
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        _loads.Take([Entry("a", text, ++_index)], ["a"]);
    }

    private static KVPair Entry(string id, string text, ulong index) => new() { Key = $"hashbalancer/heartbeats/{id}", Value = Encoding.ASCII.GetBytes(text), ModifyIndex = index };
}
