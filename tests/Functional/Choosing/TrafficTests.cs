using System.Net;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Choosing;

/// <summary>Second tries and traffic between pools, as configured, in a gateway of its own and by its own event loops.</summary>
public sealed class TrafficTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string Demo = Path.Combine(GatewayBuild.Root, "config", "demo.json");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Statuses_NodeAnswersThem_AnotherNodeServes(bool http2)
    {
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Demo, "--HashBalancer:Proxy:Http2:Listen=127.0.0.1:0", "--HashBalancer:Pools:demo:Retry:Statuses:0=500", "--HashBalancer:Pools:demo:Retry:BudgetShare=1", "--HashBalancer:Pools:demo:Outliers:Enabled=false");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 3);
        nodes[0].IsBad = true;
        try
        {
            for (int i = 0; i < 60; i++)
                Assert.NotEqual("n-0", await Get(gateway, $"user-{i}", http2));

            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_retries_total", "result=\"retried\"") == nodes[0].Requests, "every bad answer was replaced", Limit);
            Assert.InRange(nodes[0].Requests, 5, 60);
        }
        finally
        {
            await Dispose(nodes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HedgeDelay_NodeHangs_AnotherNodeServesAndTheFirstTryEnds(bool http2)
    {
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Demo, "--HashBalancer:Proxy:Http2:Listen=127.0.0.1:0", "--HashBalancer:Pools:demo:Retry:HedgeDelay=00:00:00.020", "--HashBalancer:Pools:demo:Retry:BudgetShare=1", "--HashBalancer:Pools:demo:BoundFactor=0");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 3);
        nodes[0].Holds = true;
        try
        {
            string[] served = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Get(gateway, $"user-{i}", http2)));

            Assert.DoesNotContain("n-0", served);
            await Eventually.IsTrue(() => nodes[0].Left == nodes[0].Requests, "every first try has ended", Limit);
            // On a busy machine requests of the other nodes take long, too, and have their second tries here.
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_hedges_total") >= nodes[0].Requests, "every second try is counted", Limit);
            Assert.True(await gateway.Metric("hashbalancer_hedges_total", "result=\"won\"") > 0);
            Assert.InRange(nodes[0].Requests, 1, 60);
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_requests_in_flight") == 0, "nothing is left in flight", Limit);
        }
        finally
        {
            await Dispose(nodes);
        }
    }

    [Fact]
    public async Task SplitAndMirror_AsConfigured_SendKeysAndCopiesToTheOtherPools()
    {
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Demo,
            "--HashBalancer:Pools:canary:Service=canary", "--HashBalancer:Pools:canary:HashKeys:0=header:X-User-Id", "--HashBalancer:Pools:demo:Split:canary:Weight=50",
            "--HashBalancer:Pools:next:Service=next", "--HashBalancer:Pools:demo:Mirror:Pool=next", "--HashBalancer:Pools:demo:Mirror:MaxInFlight=1000");
        FickleNode[] nodes = [new("stable"), new("canary"), new("next")];
        try
        {
            await nodes[0].JoinAsync(gateway);
            await nodes[1].JoinAsync(gateway, "canary");
            await nodes[2].JoinAsync(gateway, "next");
            foreach (string pool in (string[])["demo", "canary", "next"])
                await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes", $"pool=\"{pool}\"", "state=\"up\"") == 1, $"{pool} is up", Limit);

            string[] first = [.. await Task.WhenAll(Enumerable.Range(0, 90).Select(i => Get(gateway, $"user-{i}")))];
            string[] second = [.. await Task.WhenAll(Enumerable.Range(0, 90).Select(i => Get(gateway, $"user-{i}")))];

            Assert.Equal(first, second);
            int onCanary = first.Count(node => node == "canary");
            Assert.InRange(onCanary, 10, 60);
            await Eventually.IsTrue(() => nodes[2].Requests == 2 * (90 - onCanary), "every request of the pool itself has a copy", Limit);
            Assert.Equal(2 * onCanary, await gateway.Metric("hashbalancer_splits_total", "to=\"canary\"", "reason=\"weight\""));
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_mirrors_total", "to=\"next\"", "result=\"answered\"") == 2 * (90 - onCanary), "every copy is counted", Limit);
        }
        finally
        {
            await Dispose(nodes);
        }
    }

    private static async Task<string> Get(RunningGateway gateway, string user, bool http2 = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(http2 ? gateway.Http2! : gateway.Proxy, "/items/1"));
        request.Headers.Add("X-User-Id", user);
        if (http2)
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        using HttpResponseMessage response = await gateway.Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task Dispose(FickleNode[] nodes)
    {
        foreach (FickleNode node in nodes)
            await node.DisposeAsync();
    }
}
