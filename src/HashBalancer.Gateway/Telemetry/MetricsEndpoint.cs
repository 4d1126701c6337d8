using System.Buffers;
using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Telemetry.Exposition;
using Microsoft.Net.Http.Headers;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>GET /metrics, as OpenMetrics for who prefers that, else as Prometheus text.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, MetricCollector collector) =>
        endpoints.MapGet("/metrics", async (HttpContext context) =>
        {
            bool openMetrics = PrefersOpenMetrics(context.Request.GetTypedHeaders().Accept);
            var text = new ArrayBufferWriter<byte>(collector.LastLength);
            collector.Write(text, openMetrics);
            collector.LastLength = text.WrittenCount;
            context.Response.ContentType = openMetrics ? ExpositionWriter.OpenMetricsContentType : ExpositionWriter.PrometheusContentType;
            context.Response.ContentLength = text.WrittenCount;
            await context.Response.Body.WriteAsync(text.WrittenMemory, context.RequestAborted);
        })
        .Describe("Measurements, as Prometheus text or, for who accepts that rather, as OpenMetrics.");

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
