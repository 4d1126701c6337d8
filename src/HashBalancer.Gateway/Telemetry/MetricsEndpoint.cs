using System.Buffers;
using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Telemetry.Exposition;
using Microsoft.Net.Http.Headers;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>GET /metrics, as OpenMetrics for who prefers that, else as Prometheus text.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, MetricCollector collector)
    {
        // A page of thousands of nodes has megabytes: made anew each time, they would be garbage that only collections of everything free.
        ArrayBufferWriter<byte>? spare = null;
        endpoints.MapGet("/metrics", async (HttpContext context) =>
        {
            bool openMetrics = PrefersOpenMetrics(context.Request.GetTypedHeaders().Accept);
            // A scrape beside another one has a page of its own; one of them is kept.
            ArrayBufferWriter<byte> text = Interlocked.Exchange(ref spare, null) ?? new ArrayBufferWriter<byte>();
            text.ResetWrittenCount();
            collector.Write(text, openMetrics);
            context.Response.ContentType = openMetrics ? ExpositionWriter.OpenMetricsContentType : ExpositionWriter.PrometheusContentType;
            context.Response.ContentLength = text.WrittenCount;
            await context.Response.Body.WriteAsync(text.WrittenMemory, context.RequestAborted);
            Volatile.Write(ref spare, text);
        })
        .Describe("Measurements, as Prometheus text or, for who accepts that rather, as OpenMetrics.");
    }

    /// <summary>Whether OpenMetrics is wanted at least as much as text: RFC 9110 §12.5.1.</summary>
    internal static bool PrefersOpenMetrics(IList<MediaTypeHeaderValue> accepted)
    {
        double open = BestOf(accepted, type => type.MediaType == "application/openmetrics-text");
        double text = BestOf(accepted, type => type.MediaType == "text/plain" || type.MediaType == "text/*");
        return open > 0 && open >= text;
    }

    private static double BestOf(IList<MediaTypeHeaderValue> accepted, Func<MediaTypeHeaderValue, bool> isMeant) =>
        accepted.Where(isMeant).Select(type => type.Quality ?? 1).DefaultIfEmpty(0).Max();
}
