using System.Text.Json.Serialization;
using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>POST /api/v1/pools/{pool}/nodes/{node}/drain and …/undrain: takes a node out of the rings of all gateways that share the
/// registry, and puts it back.</summary>
/// <remarks>It holds until it is taken back or the node leaves the registry. Answers 404 for a pool or node that is not there, 503 when the registry cannot be
/// told, else the node's state, which the registry has a say in: a node that it calls down stays so.</remarks>
internal static class DrainEndpoints
{
    private const string Path = "/api/v1/pools/{pool}/nodes/{node}/";

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway, AuditLog audit)
    {
        SnapshotStore snapshots = gateway.GetRequiredService<SnapshotStore>();
        DrainedNodes drained = gateway.GetRequiredService<DrainedNodes>();
        endpoints.MapPost(Path + "drain", (HttpContext context, string pool, string node) => AnswerAsync(context, pool, node, drain: true))
            .Describe("Takes a node out of the rings of all gateways: no new keys, and what it has in flight finishes.", NodeReportJson.Default.NodeReport);
        endpoints.MapPost(Path + "undrain", (HttpContext context, string pool, string node) => AnswerAsync(context, pool, node, drain: false))
            .Describe("Gives a node that was drained its keys back.", NodeReportJson.Default.NodeReport);

        async Task<IResult> AnswerAsync(HttpContext context, string pool, string node, bool drain) =>
            audit.Note(context, drain ? "drain" : "undrain", $"pools/{pool}/nodes/{node}", value: null, await SetAsync(context, pool, node, drain));

        async Task<IResult> SetAsync(HttpContext context, string pool, string node, bool drain)
        {
            if (!snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view) || view.Nodes.All(one => one.Id != node))
                return AdminProblem.NoNode(pool, node);
            try
            {
                await drained.SetAsync(view.Name, node, drain, context.RequestAborted);
            }
            catch (ConsulException error)
            {
                return AdminProblem.RegistryAway(error);
            }

            return StateOf(snapshots, pool, node) is { } state
                ? Results.Json(new NodeReport(view.Name, node, state), NodeReportJson.Default.NodeReport)
                : AdminProblem.Of(StatusCodes.Status404NotFound, $"Node '{node}' has left pool '{pool}'.");
        }
    }

    private static NodeState? StateOf(SnapshotStore snapshots, string pool, string node) =>
        snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view) ? view.Nodes.FirstOrDefault(one => one.Id == node)?.State : null;
}

/// <summary>One node.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Node">The node's id.</param>
/// <param name="State">Its state in the snapshot in force.</param>
internal sealed record NodeReport(string Pool, string Node, NodeState State);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class NodeReportJson : JsonSerializerContext;
