using System.Text.Json.Serialization;
using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /api/v1/pools/{pool}/explain?key=KEY: where requests with a key go from this gateway, and why. GET /api/v1/pools/{pool}/rebalancing: what
/// was moved.</summary>
internal static class ExplainEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        KeyExplainer explainer = gateway.GetRequiredService<KeyExplainer>();
        RebalancingHistory history = gateway.GetRequiredService<RebalancingHistory>();
        SnapshotStore snapshots = gateway.GetRequiredService<SnapshotStore>();
        endpoints.MapGet("/api/v1/pools/{pool}/explain", (string pool, string? key) =>
            key is null ? AdminProblem.Of(StatusCodes.Status400BadRequest, "The parameter key is missing: ?key=KEY.")
            : explainer.Explain(pool, key) is { } explanation ? Results.Json(explanation, ExplainJson.Default.KeyExplanation)
            : AdminProblem.NoPool(pool))
            .Describe("Where requests with a key go from this gateway, and why.", ExplainJson.Default.KeyExplanation, null, ("key", "The key as the pool's sources yield it.", true));
        endpoints.MapGet("/api/v1/pools/{pool}/rebalancing", (string pool) =>
            snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view)
                ? Results.Json(
                    new RebalancingReport(view.Name, view.AssignmentVersion, view.Ring.Overrides.Length, history.Of(view.Name)),
                    ExplainJson.Default.RebalancingReport)
                : AdminProblem.NoPool(pool))
            .Describe("What was moved last, with what was expected and observed, on the gateway that led.", ExplainJson.Default.RebalancingReport);
    }
}

/// <summary>What was rebalanced in one pool.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Version">The version in force, the same on all gateways.</param>
/// <param name="Overrides">Arcs that are away from home.</param>
/// <param name="Plans">The latest plans, the last one first; on the gateway that led when they were made.</param>
internal sealed record RebalancingReport(string Pool, long Version, int Overrides, IReadOnlyList<FollowedPlan> Plans);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(KeyExplanation))]
[JsonSerializable(typeof(RebalancingReport))]
internal sealed partial class ExplainJson : JsonSerializerContext;
