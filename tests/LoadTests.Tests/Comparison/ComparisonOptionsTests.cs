using HashBalancer.Comparison.Cli;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Cli;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class ComparisonOptionsTests
{
    [Fact]
    public void Read_Defaults_CompareEverybody()
    {
        ComparisonOptions options = Read(5, 8, 10, "small-get", "own", []);

        Assert.Equal(["(no proxy)", "nginx", "HAProxy", "stock YARP", "HashBalancer"], options.Peers.Select(p => p.Name));
        Assert.Equal(new RoundPlan(5, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10), 8), options.Plan);
        Assert.Equal(("small-get", "own"), (options.Workloads.Single().Name, options.Client.Name));
    }

    [Fact]
    public void Read_Only_ComparesThose() =>
        Assert.Equal(["HAProxy", "nginx"], Read(1, 1, 1, "small-get", "own", ["haproxy", "nginx"]).Peers.Select(p => p.Name));

    [Fact]
    public void Read_All_IsEveryWorkload() =>
        Assert.Equal(WorkloadList.All.Keys, Read(1, 1, 1, "all", "own", []).Workloads.Select(w => w.Name));

    [Fact]
    public void Read_Soak_IsItsLength() =>
        Assert.Equal(TimeSpan.FromMinutes(10), Read(1, 1, 1, "small-get", "own", [], soak: "10m").Soak);

    [Fact]
    public void Read_Smoke_IsShort() =>
        Assert.Equal(RoundPlan.Smoke, Read(5, 8, 10, "small-get", "own", [], smoke: true).Plan);

    [Fact]
    public void Read_ManyMistakes_AreToldAtOnce()
    {
        UsageException e = Assert.Throws<UsageException>(() => Read(0, 0.5, double.NaN, "smal-get", "hey", ["ngin"], soak: "1s"));

        Assert.Equal(
        [
            "--rounds: 0 is not allowed; it must be a whole number from 1 to 1000",
            "--seconds: 0.5 is not allowed; it must be a number from 1 to 3600",
            "--warm-up: NaN is not allowed; it must be a number from 0.1 to 3600",
            "--workload: \"smal-get\" is none of connections-1000, get-1m, get-64k, headers-200, http2, https, new-connection, post-16k, small-get (did you mean \"small-get\"?)",
            "--soak: \"1s\" is not allowed; it must be a duration such as \"250ms\", \"5s\", \"1.5m\" or \"1h\", at least 5 s",
            "--client: \"hey\" is none of own",
            "--only: \"ngin\" is none of (no proxy), HAProxy, HashBalancer, HashBalancer-epoll, HashBalancer-no-metrics, nginx, stock YARP, stock YARP with its logs (did you mean \"nginx\"?)",
        ], e.Message.Split(Environment.NewLine));
    }

    private static ComparisonOptions Read(
        int rounds, double seconds, double warmUp, string workload, string client, string[] only, bool smoke = false, string? soak = null) =>
        ComparisonOptions.Read(rounds, seconds, warmUp, [workload], client, only, smoke, soak, [new OwnClient(TimeProvider.System)]);

    [Fact]
    public void Workloads_Request_CarriesTheKeyInTheHashHeader() =>
        Assert.All(WorkloadList.All.Values, w => Assert.Contains(KeyValuePair.Create(Workload.HashHeader, "{key}"), w.Request.Headers));
}
