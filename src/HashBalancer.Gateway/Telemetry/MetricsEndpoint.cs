using HashBalancer.Gateway.Telemetry.Exposition;

namespace HashBalancer.Gateway.Telemetry;

/// <summary>GET /metrics.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints, MetricCollector collector) =>
        endpoints.MapGet("/metrics", (HttpRequest request) =>
        {
            bool openMetrics = request.GetTypedHeaders().Accept.Any(type => type.MediaType == "application/openmetrics-text");
            return Results.Text(
                ExpositionWriter.Write(collector.Scrape(), openMetrics),
                openMetrics ? ExpositionWriter.OpenMetricsContentType : ExpositionWriter.PrometheusContentType);
        });
}
