using HashBalancer.Control;
using HashBalancer.Gateway.Lifecycle;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /healthz: the process answers. GET /readyz: every pool knows its nodes, and the process is not about to stop.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        SnapshotStore snapshots = gateway.GetRequiredService<SnapshotStore>();
        Leadership leadership = gateway.GetRequiredService<Leadership>();
        RegistryStatus registry = gateway.GetRequiredService<RegistryStatus>();
        Draining draining = gateway.GetRequiredService<Draining>();
        endpoints.MapGet("/healthz", () => Results.Text("ok\n"));
        endpoints.MapGet("/readyz", () =>
        {
            ReadinessReport report = ReadinessReport.Of(snapshots.Current, registry, leadership, draining.HasBegun);
            return Results.Json(report, ReadinessJson.Default.ReadinessReport,
                statusCode: report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
