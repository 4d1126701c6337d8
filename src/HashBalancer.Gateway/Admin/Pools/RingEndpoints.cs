using System.Text.Json.Serialization;
using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>POST /api/v1/pools/{pool}/ring/simulate: what would move if nodes came, left or got another weight. Nothing changes.</summary>
internal static class RingEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        SnapshotStore snapshots = gateway.GetRequiredService<SnapshotStore>();
        MeasuredLoads loads = gateway.GetRequiredService<MeasuredLoads>();
        endpoints.MapPost("/api/v1/pools/{pool}/ring/simulate", async (HttpContext context, string pool) =>
            {
                if (!snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view))
                    return AdminProblem.NoPool(pool);
                (SimulationRequest? request, IResult? problem) = await AdminBody.ReadAsync(context, SimulationJson.Default.SimulationRequest);
                return problem ?? Answer(view, loads, request!);
            })
            .Describe("What would move, and what each node would get, if nodes came, left or got another weight. Nothing changes.",
                SimulationJson.Default.SimulationReport, SimulationJson.Default.SimulationRequest);
    }

    private static IResult Answer(PoolSnapshot view, MeasuredLoads loads, SimulationRequest request)
    {
        try
        {
            return Results.Json(SimulationReport.Of(view, loads, request), SimulationJson.Default.SimulationReport);
        }
        catch (ArgumentException error)
        {
            return AdminProblem.Of(StatusCodes.Status400BadRequest, error.Message);
        }
    }
}

/// <summary>Changes that happen together.</summary>
/// <param name="Add">Nodes that come.</param>
/// <param name="Remove">The ServiceIDs of nodes that leave.</param>
/// <param name="Reweight">Nodes that get another weight.</param>
/// <param name="Keys">Keys whose owners before and after are asked for.</param>
internal sealed record SimulationRequest(
    IReadOnlyList<WeightedNode>? Add = null, IReadOnlyList<string>? Remove = null, IReadOnlyList<WeightedNode>? Reweight = null, IReadOnlyList<string>? Keys = null)
{
    public List<RingChange> Changes() =>
    [
        .. (Add ?? []).Select(node => new RingChange(RingChangeKind.Add, node.Id, node.Weight)),
        .. (Remove ?? []).Select(id => new RingChange(RingChangeKind.Remove, id)),
        .. (Reweight ?? []).Select(node => new RingChange(RingChangeKind.Reweight, node.Id, node.Weight)),
    ];
}

/// <summary>A node and its weight.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Weight">0 to 1000.</param>
internal sealed record WeightedNode(string Id, double Weight = 1);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SimulationRequest))]
[JsonSerializable(typeof(SimulationReport))]
internal sealed partial class SimulationJson : JsonSerializerContext;
