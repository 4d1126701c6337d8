using System.Diagnostics.Metrics;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Telemetry;

/// <summary>What an exporter reads after real requests.</summary>
public sealed class ProxyMetricsTests
{
    [Fact]
    public async Task Requests_ByNodeAndCodeClass_AreCounted()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int refusingPort);
        await using Backend a = await Backend.Start("a", context =>
        {
            context.Response.StatusCode = int.Parse(context.Request.Path.Value!.Split('/')[^1]);
            return Task.CompletedTask;
        });
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = [], ["broken"] = ["path"] });
        proxy.Publish(
            PoolViews.Of("items", proxy.Node("items", a)),
            PoolViews.Of("broken", proxy.Node("broken", "b", refusingPort), proxy.Node("broken", "idle", 1, NodeState.Down)));
        using var meter = new MeterReadings(proxy.Services);

        foreach (string path in new[] { "items/200", "items/204", "items/302", "items/404", "items/500", "items/503", "broken/1", "broken/2", "broken/3" })
            (await proxy.Get($"/{path}")).Dispose();

        await meter.AssertReads("hashbalancer.requests",
            "pool=broken,node=b,code=failed 3", "pool=items,node=a,code=2xx 2", "pool=items,node=a,code=3xx 1",
            "pool=items,node=a,code=4xx 1", "pool=items,node=a,code=5xx 2");
        await meter.AssertReads("hashbalancer.selections", "pool=broken,reason=owner 3", "pool=items,reason=least-loaded 6");
        await meter.AssertReads("hashbalancer.errors", "pool=broken,reason=node-unreachable 3");
        await meter.AssertRecorded("hashbalancer.request.duration{pool=broken}", 3);
        await meter.AssertRecorded("hashbalancer.request.duration{pool=items}", 6);
    }

    [Fact]
    public async Task Selections_NoneAndSuccessor_AreCountedWithTheirErrors()
    {
        await using Backend a = await Backend.Start("a");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        using var meter = new MeterReadings(proxy.Services);

        (await proxy.Get("/items/1")).Dispose();
        proxy.Publish(PoolViews.Unanswered("items"));
        (await proxy.Get("/items/1")).Dispose();
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", a), proxy.Node("items", "b", 0) with { Weight = 1000 }));
        (await proxy.Get("/items/1")).Dispose();

        await meter.AssertReads("hashbalancer.selections", "pool=items,reason=none 2", "pool=items,reason=successor 1");
        await meter.AssertReads("hashbalancer.errors", "pool=items,reason=pool-unknown 1", "pool=items,reason=registry-unanswered 1");
    }

    [Fact]
    public async Task InFlight_WhileARequestRuns_IsOne()
    {
        var release = new TaskCompletionSource();
        await using Backend a = await Backend.Start("a", _ => release.Task);
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.Publish("items", a);
        using var meter = new MeterReadings(proxy.Services);

        Task<HttpResponseMessage> request = proxy.Get("/items/1");
        await Eventually.IsTrue(() => !a.Paths.IsEmpty, "the request reaches the node");
        await meter.AssertReads("hashbalancer.requests.in_flight", "pool=items,node=a 1");
        release.SetResult();
        (await request).Dispose();

        await meter.AssertReads("hashbalancer.requests.in_flight");
        Assert.Equal(["hashbalancer.requests.in_flight{pool=items,node=a}"], meter.Series("hashbalancer.requests.in_flight"));
    }

    [Fact]
    public async Task Pace_OfASlowNode_IsShownUnlessThePoolDoesNotHeedIt()
    {
        await using Backend a = await Backend.Start("a");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        Node node = proxy.Node("items", a);
        NodeRuntime.Of(node).Pace = 0.25;
        proxy.Publish(PoolViews.Of("items", node));
        using var meter = new MeterReadings(proxy.Services);
        (await proxy.Get("/items/1")).Dispose();

        await meter.AssertReads("hashbalancer.nodes.pace", "pool=items,node=a 0.25");
        proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { ["items"] = ProxyHost.Policy("path") with { HeedPace = false } });
        await meter.AssertReads("hashbalancer.nodes.pace", "pool=items,node=a 1");
    }

    [Fact]
    public async Task Handicap_OfANodeBusierThanOthers_IsShown()
    {
        await using Backend a = await Backend.Start("a");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        Node node = proxy.Node("items", a);
        proxy.Publish(PoolViews.Of("items", node));
        using var meter = new MeterReadings(proxy.Services);
        await meter.AssertReads("hashbalancer.nodes.handicap", "pool=items,node=a 1");

        NodeHandicap handicap = NodeRuntime.Of(node).Handicap;
        handicap.Hear(reports: 1, TimeSpan.Zero);
        handicap.Follow(excess: 1, TimeSpan.FromHours(1));

        await meter.AssertReads("hashbalancer.nodes.handicap", "pool=items,node=a 2");
    }

    [Fact]
    public async Task Labels_OfNodesAndPoolsThatLeft_Disappear()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = [] });
        using var meter = new MeterReadings(proxy.Services);
        proxy.Publish("items", a, b);
        for (int i = 0; i < 50; i++)
            (await proxy.Get($"/items/{i}")).Dispose();
        await Eventually.IsTrue(() => meter.Observe("hashbalancer.requests").Length == 2, "both nodes have answered");

        proxy.Publish("items", a);
        Assert.StartsWith("pool=items,node=a,", Assert.Single(meter.Observe("hashbalancer.requests")), StringComparison.Ordinal);
        Assert.Single(meter.Series("hashbalancer.requests.in_flight"));

        proxy.ReplacePools([]);
        await meter.AssertReads("hashbalancer.requests");
        Assert.Empty(meter.Series("hashbalancer.selections"));
        Assert.Empty(meter.Series("hashbalancer.errors"));
    }

    [Fact]
    public async Task Instruments_NamesAndUnits_AreStable()
    {
        await using ProxyHost proxy = await ProxyHost.Start([]);
        using var meter = new MeterReadings(proxy.Services);

        Assert.Equal(
            [
                "hashbalancer.admission.limit {request}",
                "hashbalancer.admission.waiting {request}",
                "hashbalancer.affinity.wait.duration s",
                "hashbalancer.affinity.waiting {request}",
                "hashbalancer.affinity.waits {request}",
                "hashbalancer.checks {check}",
                "hashbalancer.ejections {ejection}",
                "hashbalancer.errors {request}",
                "hashbalancer.forward.connections {connection}", "hashbalancer.forward.connections.failed {connection}", "hashbalancer.forward.connections.idle {connection}",
                "hashbalancer.forward.connections.opened {connection}",
                "hashbalancer.forwards {request}",
                "hashbalancer.hedges {request}",
                "hashbalancer.hot_keys {key}",
                "hashbalancer.hot_keys.changes {change}",
                "hashbalancer.io.batched {call}",
                "hashbalancer.io.longest s",
                "hashbalancer.io.slow {callback}",
                "hashbalancer.io.sockets {socket}",
                "hashbalancer.load_reports {report}",
                "hashbalancer.mirrors {request}",
                "hashbalancer.mirrors.in_flight {request}",
                "hashbalancer.nodes.ejected {node}",
                "hashbalancer.nodes.handicap 1",
                "hashbalancer.nodes.pace 1",
                "hashbalancer.nodes.unhealthy {node}",
                "hashbalancer.pools.panicking {pool}",
                "hashbalancer.request.duration s",
                "hashbalancer.requests {request}",
                "hashbalancer.requests.in_flight {request}",
                "hashbalancer.retries {request}",
                "hashbalancer.selections {request}",
                "hashbalancer.splits {request}",
                "hashbalancer.streams {stream}",
                "hashbalancer.streams.ended {stream}",
            ],
            meter.Instruments.Values.Select(instrument => $"{instrument.Name} {instrument.Unit}").Order(StringComparer.Ordinal));
        Assert.Equal(
            [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            Assert.IsType<Histogram<double>>(meter.Instruments["hashbalancer.request.duration"]).Advice?.HistogramBucketBoundaries ?? []);
    }
}
