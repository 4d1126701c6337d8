using System.Diagnostics;
using System.Diagnostics.Metrics;
using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Gateway.Tests.Telemetry;

public sealed class MetricCollectorTests : IDisposable
{
    // A name of its own for each test: the collector hears every meter of the process.
    private readonly Meter _meter = new($"HashBalancer.Test.{Guid.NewGuid()}");
    private readonly MetricCollector _collector = new();

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counter_Additions_AreSummedByLabels()
    {
        Counter<long> counter = _meter.CreateCounter<long>("t1.requests", "{request}", "Requests \\ answered.");
        counter.Add(2, new KeyValuePair<string, object?>("pool", "a"));
        counter.Add(3, new KeyValuePair<string, object?>("pool", "b\"\\\n"));
        counter.Add(5, new KeyValuePair<string, object?>("pool", "a"));
        Assert.Equal(
            """
            # HELP t1_requests_total Requests \\ answered.
            # TYPE t1_requests_total counter
            t1_requests_total{pool="a"} 7
            t1_requests_total{pool="b\"\\\n"} 3

            """,
            Text("t1_"));
    }

    [Fact]
    public void Scrape_MeterDisposedMeanwhile_LeavesItOutAndShowsTheOthers()
    {
        var leaving = new Meter($"HashBalancer.Test.{Guid.NewGuid()}");
        leaving.CreateObservableGauge("t0.ends", () =>
        {
            leaving.Dispose();
            return 1L;
        });
        leaving.CreateObservableGauge("t0.ended", () => 1L);
        _meter.CreateObservableGauge("t0.staying", () => 2L);
        Assert.Equal("# TYPE t0_staying gauge\nt0_staying 2\n", Text("t0_"));
    }

    [Fact]
    public void Counter_OpenMetrics_NamesTheFamilyWithoutTotalAndEnds()
    {
        _meter.CreateCounter<long>("t2.requests", "{request}", "Requests.").Add(1);
        Assert.Equal("# HELP t2_requests Requests.\n# TYPE t2_requests counter\nt2_requests_total 1\n# EOF\n", Text("t2_", openMetrics: true));
    }

    [Fact]
    public void Histogram_Recordings_AreCumulatedByBound()
    {
        Histogram<double> histogram = _meter.CreateHistogram("t3.wait", "s", "Waits.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (double value in new[] { 0.05, 0.1, 0.5, 2 })
            histogram.Record(value, new KeyValuePair<string, object?>("pool", "a"));
        Assert.Equal(
            """
            # HELP t3_wait_seconds Waits.
            # TYPE t3_wait_seconds histogram
            t3_wait_seconds_bucket{pool="a",le="0.1"} 2
            t3_wait_seconds_bucket{pool="a",le="1"} 3
            t3_wait_seconds_bucket{pool="a",le="+Inf"} 4
            t3_wait_seconds_sum{pool="a"} 2.65
            t3_wait_seconds_count{pool="a"} 4

            """,
            Text("t3_"));
    }

    [Fact]
    public void ObservableGauge_LabelSetThatEnded_Disappears()
    {
        string[] nodes = ["a", "b"];
        _meter.CreateObservableGauge("t4.nodes", () => nodes.Select(n => new Measurement<int>(1, new KeyValuePair<string, object?>("node", n))));
        Assert.Equal("# TYPE t4_nodes gauge\nt4_nodes{node=\"a\"} 1\nt4_nodes{node=\"b\"} 1\n", Text("t4_"));
        nodes = ["b"];
        Assert.Equal("# TYPE t4_nodes gauge\nt4_nodes{node=\"b\"} 1\n", Text("t4_"));
    }

    [Fact]
    public void Gauge_Recordings_KeepTheLast()
    {
        Gauge<double> gauge = _meter.CreateGauge<double>("t5.share", "1");
        gauge.Record(0.25);
        gauge.Record(0.5);
        Assert.Equal("# TYPE t5_share_ratio gauge\nt5_share_ratio 0.5\n", Text("t5_"));
    }

    [Fact]
    public void UpDownCounter_Additions_AreAGauge()
    {
        UpDownCounter<int> counter = _meter.CreateUpDownCounter<int>("t6.open");
        counter.Add(3);
        counter.Add(-1);
        Assert.Equal("# TYPE t6_open gauge\nt6_open 2\n", Text("t6_"));
    }

    [Fact]
    public async Task Counter_ConcurrentAdditions_LosesNone()
    {
        Counter<long> counter = _meter.CreateCounter<long>("t7.adds");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
                counter.Add(1, new KeyValuePair<string, object?>("slot", (worker + i) % 5));
        })));
        MetricFamily family = _collector.Scrape().Single(f => f.Name == "t7_adds");
        Assert.Equal(5, family.Samples.Count);
        Assert.Equal(80_000, family.Samples.Sum(s => s.Value));
    }

    [Fact]
    public void Recording_KnownLabels_AllocatesNothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("t8.adds");
        var tag = new KeyValuePair<string, object?>("pool", "items");
        counter.Add(1, tag);
        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 1_000; i++)
                counter.Add(1, tag);
        }));
    }

    [Fact]
    public void Histogram_RecordedSpan_ShowsInOpenMetricsAlone()
    {
        using var collector = new MetricCollector(keepsExemplars: true);
        using var source = new ActivitySource(_meter.Name);
        using var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == _meter.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        Histogram<double> histogram = _meter.CreateHistogram("t9.wait", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1] });
        using (Activity span = source.StartActivity("one")!.SetStartTime(DateTime.UnixEpoch.AddSeconds(1.5)))
        {
            histogram.Record(0.05);
            string exemplar = $" # {{trace_id=\"{span.TraceId}\",span_id=\"{span.SpanId}\"}} 0.05 1.500";
            Assert.Contains($"t9_wait_seconds_bucket{{le=\"0.1\"}} 1{exemplar}\n", Text("t9_", openMetrics: true, collector), StringComparison.Ordinal);
            Assert.DoesNotContain("trace_id", Text("t9_", openMetrics: false, collector), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text; version=1.0.0", true)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text;q=0.3,text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    public void Format_ByAccept_IsThePreferredOne(string? accept, bool openMetrics)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        if (accept is not null)
            context.Request.Headers.Accept = accept;
        Assert.Equal(openMetrics, HashBalancer.Gateway.Telemetry.MetricsEndpoint.PrefersOpenMetrics(context.Request.GetTypedHeaders().Accept));
    }

    private string Text(string prefix, bool openMetrics = false, MetricCollector? collector = null)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        ExpositionWriter.Write(text, [.. (collector ?? _collector).Scrape().Where(family => family.Name.StartsWith(prefix, StringComparison.Ordinal))], openMetrics);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
