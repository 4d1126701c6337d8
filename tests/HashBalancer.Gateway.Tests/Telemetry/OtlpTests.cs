using System.Net;
using HashBalancer.Gateway.Tests.Support;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Telemetry;

/// <summary>What a collector receives by OTLP.</summary>
public sealed class OtlpTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Request_Retried_SendsSpansWithPoolNodeReasonAndTry()
    {
        await using OtlpCollector collector = await OtlpCollector.Start();
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start(
            $"--HashBalancer:Telemetry:Otlp:Endpoint={collector.Address}", "--HashBalancer:Telemetry:Otlp:SampleRatio=0", "--HashBalancer:Telemetry:Otlp:MetricsInterval=00:00:01");
        await using WebNode one = await WebNode.Start("n-0", gateway), other = await WebNode.Start("n-1", gateway);
        string owner = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/explain?key=alice")).Body.GetProperty("owner").GetString()!;
        (WebNode bad, WebNode good, string next) = owner == "n-0" ? (one, other, "n-1") : (other, one, "n-0");
        bad.IsBroken = true;
        using var client = new HttpClient { BaseAddress = gateway.Server.ProxyAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/1");
        request.Headers.Add("X-User-Id", "alice");
        // Recorded because its beginner says so: the gateway itself begins none.
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Eventually.IsTrue(() => collector.Spans.Count >= 4, "the spans arrive", TimeSpan.FromSeconds(60));
        OtlpSpan[] spans = [.. collector.Spans];
        Assert.All(spans, span => Assert.Equal(Trace, span.TraceId));
        OtlpSpan server = Assert.Single(spans, span => span.Kind == 2);
        Assert.Equal("00f067aa0ba902b7", server.ParentId);
        Assert.Equal(("demo", next, "owner", "2", "200"), (server["hashbalancer.pool"], server["hashbalancer.node"], server["hashbalancer.reason"], server["hashbalancer.tries"], server["http.response.status_code"]));
        OtlpSpan select = Assert.Single(spans, span => span.Name == "select");
        Assert.Equal(("demo", owner, "owner"), (select["hashbalancer.pool"], select["hashbalancer.node"], select["hashbalancer.reason"]));
        OtlpSpan[] tries = [.. spans.Where(span => span.Name == "try").OrderBy(span => span["hashbalancer.try"], StringComparer.Ordinal)];
        Assert.Equal([(owner, "owner", "1", "node-disconnected"), (next, "successor", "2", null)],
            tries.Select(span => (span["hashbalancer.node"], span["hashbalancer.reason"], span["hashbalancer.try"], span["error.type"])));
        Assert.All(tries, span => Assert.Equal((server.SpanId, "demo"), (span.ParentId, span["hashbalancer.pool"])));
        // Each node was told of the try that it is part of.
        Assert.Equal($"00-{Trace}-{tries[0].SpanId}-01", Assert.Single(bad.Traces));
        Assert.Equal($"00-{Trace}-{tries[1].SpanId}-01", Assert.Single(good.Traces));
        await Eventually.IsTrue(() => collector.Metrics.Contains("hashbalancer.selections") && collector.Metrics.Contains("hashbalancer.request.duration"), "metrics arrive", TimeSpan.FromSeconds(60));

        // And the metrics show which trace was among those counted.
        using var scrape = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        scrape.Headers.Add("Accept", "application/openmetrics-text; version=1.0.0");
        using HttpResponseMessage metrics = await gateway.Client.SendAsync(scrape, TestContext.Current.CancellationToken);
        Assert.Equal("application/openmetrics-text", metrics.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"# {{trace_id=\"{Trace}\",span_id=\"", await metrics.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("trace_id", await gateway.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatNobodyRecords_SendsNoSpan()
    {
        await using OtlpCollector collector = await OtlpCollector.Start();
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start(
            $"--HashBalancer:Telemetry:Otlp:Endpoint={collector.Address}", "--HashBalancer:Telemetry:Otlp:SampleRatio=0");
        await using WebNode node = await WebNode.Start("n-0", gateway);
        using var client = new HttpClient { BaseAddress = gateway.Server.ProxyAddress };

        foreach (string flags in (string[])["00", "00", "01"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/items/1");
            request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-{flags}");
            using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        // The recorded one comes last: when it is there, those before it would be.
        await Eventually.IsTrue(() => collector.Spans.Any(span => span.Kind == 2), "the recorded request arrives", TimeSpan.FromSeconds(60));
        Assert.Single(collector.Spans, span => span.Kind == 2);
        Assert.Equal(3, node.Traces.Count);
        Assert.All(node.Traces, trace => Assert.Equal(Trace, trace.Substring(3, 32)));
    }

    [Fact]
    public async Task Request_ByYarpsForwarder_TellsTheNodeOfTheTraceToo()
    {
        await using OtlpCollector collector = await OtlpCollector.Start();
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start(
            "--HashBalancer:Proxy:Forwarding=Stock", $"--HashBalancer:Telemetry:Otlp:Endpoint={collector.Address}", "--HashBalancer:Telemetry:Otlp:SampleRatio=1");
        await using WebNode node = await WebNode.Start("n-0", gateway);
        using var client = new HttpClient { BaseAddress = gateway.Server.ProxyAddress };

        using HttpResponseMessage answer = await client.GetAsync(new Uri("/items/1", UriKind.Relative), TestContext.Current.CancellationToken);

        // Of the whole process: other tests' tries arrive as well.
        string trace = Assert.Single(node.Traces);
        Assert.Equal("-01", trace[^3..]);
        await Eventually.IsTrue(() => collector.Spans.Any(span => span.Name == "try" && span.TraceId == trace.Substring(3, 32)), "the try arrives, in the trace that the node was told", TimeSpan.FromSeconds(60));
    }
}
