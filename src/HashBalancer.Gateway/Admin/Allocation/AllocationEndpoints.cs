using System.Text.Json.Serialization;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Admin;

/// <summary>The fleet as the leader divides it: <c>GET /api/v1/allocation</c> and what lies under it. The same at every gateway.</summary>
/// <remarks>
/// <c>GET …/pools/{pool}</c> one pool; <c>GET …/pools/{pool}/replicas</c> how many replicas it wants, as autoscalers read it.
/// </remarks>
internal static class AllocationEndpoints
{
    public const string Root = "/api/v1/allocation";

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        FleetView view = gateway.GetRequiredService<FleetView>();
        endpoints.MapGet(Root, () => view.State is { } state ? Results.Json(state, AllocationJson.Default.AllocationState) : Unknown())
            .Describe("How the shared fleet is divided among pools, and why; the same at every gateway.", AllocationJson.Default.AllocationState);
        endpoints.MapGet(Root + "/pools/{pool}", (string pool) =>
                view.State is null ? Unknown() : Find(view, pool) is { } found ? Results.Json(found, AllocationJson.Default.PoolState) : NoPool(pool))
            .Describe("What one pool has of the fleet, wants and is due, and why.", AllocationJson.Default.PoolState);
        endpoints.MapGet(Root + "/pools/{pool}/replicas", (string pool) =>
                view.State is null ? Unknown() : Find(view, pool) is { } found ? Results.Json(DesiredReplicas.Of(found), AllocationJson.Default.DesiredReplicas) : NoPool(pool))
            .Describe("How many replicas one pool wants, as autoscalers read it.", AllocationJson.Default.DesiredReplicas);
    }

    internal static PoolState? Find(FleetView view, string pool) =>
        view.State?.Pools.FirstOrDefault(one => one.Name.Equals(pool, StringComparison.OrdinalIgnoreCase));

    internal static IResult NoPool(string pool) =>
        AdminProblem.Of(StatusCodes.Status404NotFound, $"Pool '{pool}' is not sized: HashBalancer:Pools:{pool}:Allocation:Enabled is not true.");

    internal static IResult Unknown() => AdminProblem.Of(StatusCodes.Status503ServiceUnavailable, "No leader has shown the fleet yet.");
}

/// <summary>How many replicas a pool wants, as an autoscaler reads it.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Replicas">Replicas that it wants.</param>
/// <param name="Assigned">Nodes of the fleet that it has or will have.</param>
/// <param name="Shortage">Replicas that it wants and no node of the fleet is there for.</param>
/// <param name="IsStale">Whether its traffic is not known at present: the number is the last one known.</param>
internal sealed record DesiredReplicas(string Pool, int Replicas, int Assigned, int Shortage, bool IsStale)
{
    public static DesiredReplicas Of(PoolState pool)
    {
        int wanted = (int)Math.Ceiling(pool.Demand - 1e-9);
        return new DesiredReplicas(pool.Name, wanted, pool.Assigned, Math.Max(0, wanted - pool.Assigned), pool.IsStale);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AllocationState))]
[JsonSerializable(typeof(PoolState))]
[JsonSerializable(typeof(DesiredReplicas))]
[JsonSerializable(typeof(FleetControls))]
[JsonSerializable(typeof(RecordedEpoch))]
internal sealed partial class AllocationJson : JsonSerializerContext;
