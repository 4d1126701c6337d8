using System.Globalization;
using System.Text.Json.Serialization;
using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>What operators order for all gateways that share a registry: PUT and DELETE …/nodes/{node}/weight and …/overrides, PUT and DELETE …/rebalancing
/// of one pool or of all.</summary>
internal static class OrderEndpoints
{
    private const string Pool = "/api/v1/pools/{pool}";

    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway, AuditLog audit)
    {
        var orders = new PoolOrders(gateway.GetRequiredService<OperatorOrders>(), gateway.GetRequiredService<SnapshotStore>());
        endpoints.MapPut($"{Pool}/nodes/{{node}}/weight", async (HttpContext context, string pool, string node) =>
            {
                (WeightOrder? order, IResult? problem) = await AdminBody.ReadAsync(context, OrderJson.Default.WeightOrder);
                return audit.Note(context, "set-weight", $"pools/{pool}/nodes/{node}", order?.Weight.ToString(CultureInfo.InvariantCulture),
                    problem ?? await orders.SetWeightAsync(pool, node, order!.Weight, context.RequestAborted));
            })
            .Describe("Gives a node a weight, whatever it registered, until it is taken back.", OrderJson.Default.WeightReport, OrderJson.Default.WeightOrder);
        endpoints.MapDelete($"{Pool}/nodes/{{node}}/weight", async (HttpContext context, string pool, string node) =>
                audit.Note(context, "reset-weight", $"pools/{pool}/nodes/{node}", value: null, await orders.SetWeightAsync(pool, node, weight: null, context.RequestAborted)))
            .Describe("Leaves a node's weight to what it registers.", OrderJson.Default.WeightReport);
        endpoints.MapGet($"{Pool}/overrides", (string pool) => orders.Overrides(pool))
            .Describe("The arcs that operators have given to nodes.", OrderJson.Default.OverridesReport);
        endpoints.MapPut($"{Pool}/overrides", async (HttpContext context, string pool) =>
            {
                (OverrideOrder? order, IResult? problem) = await AdminBody.ReadAsync(context, OrderJson.Default.OverrideOrder);
                return audit.Note(context, "set-override", $"pools/{pool}", order?.ToString(), problem ?? await orders.SetOverrideAsync(pool, order!, context.RequestAborted));
            })
            .Describe("Gives an arc, named by its ends or by a key in it, to a node, whatever ring and rebalancer say, until it is taken back.", OrderJson.Default.OverridesReport, OrderJson.Default.OverrideOrder);
        endpoints.MapDelete($"{Pool}/overrides", async (HttpContext context, string pool, string? key, uint? first, uint? last) =>
            {
                var order = new OverrideOrder(Node: null, key, first, last);
                return audit.Note(context, "reset-override", $"pools/{pool}", order.ToString(), await orders.SetOverrideAsync(pool, order, context.RequestAborted));
            })
            .Describe("Takes an arc back from the node that an operator gave it to.", OrderJson.Default.OverridesReport, null,
                ("key", "A key in the arc; or:", false), ("first", "its first position", false), ("last", "and its last.", false));
        endpoints.MapPut($"{Pool}/rebalancing", async (HttpContext context, string pool) => await SetModeAsync(context, pool))
            .Describe("Says whether measured load moves the pool's arcs: Off freezes what is in force, Observe only tells, On moves.", OrderJson.Default.RebalancingModes, OrderJson.Default.RebalancingOrder);
        endpoints.MapDelete($"{Pool}/rebalancing", async (HttpContext context, string pool) =>
                audit.Note(context, "reset-rebalancing", $"pools/{pool}", value: null, await orders.SetRebalancingAsync(pool, mode: null, gateway, context.RequestAborted)))
            .Describe("Leaves the pool's rebalancing to the configuration.", OrderJson.Default.RebalancingModes);
        endpoints.MapGet("/api/v1/rebalancing", () => orders.Modes(gateway)).Describe("Whether measured load moves arcs, by pool.", OrderJson.Default.RebalancingModes);
        // With their type said: a lambda of the context alone would be taken for one that writes its answer itself.
        endpoints.MapPut("/api/v1/rebalancing", async Task<IResult> (HttpContext context) => await SetModeAsync(context, pool: null))
            .Describe("Says it of all pools that no order of their own names.", OrderJson.Default.RebalancingModes, OrderJson.Default.RebalancingOrder);
        endpoints.MapDelete("/api/v1/rebalancing", async Task<IResult> (HttpContext context) =>
                audit.Note(context, "reset-rebalancing", "pools", value: null, await orders.SetRebalancingAsync(pool: null, mode: null, gateway, context.RequestAborted)))
            .Describe("Leaves it to the configuration.", OrderJson.Default.RebalancingModes);

        async Task<IResult> SetModeAsync(HttpContext context, string? pool)
        {
            (RebalancingOrder? order, IResult? problem) = await AdminBody.ReadAsync(context, OrderJson.Default.RebalancingOrder);
            return audit.Note(context, "set-rebalancing", pool is null ? "pools" : $"pools/{pool}", order?.Mode.ToString(),
                problem ?? await orders.SetRebalancingAsync(pool, order!.Mode, gateway, context.RequestAborted));
        }
    }
}

/// <summary>A node's weight to be.</summary>
/// <param name="Weight">0 to 1000; 0 owns no key.</param>
internal sealed record WeightOrder(double Weight);

/// <summary>A node's weight.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Node">The node's id.</param>
/// <param name="Weight">Its weight in force.</param>
/// <param name="Ordered">The weight that operators order; null: none.</param>
internal sealed record WeightReport(string Pool, string Node, double Weight, double? Ordered);

/// <summary>An arc to be given.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="Key">A key: the arc that it lies in now; or:</param>
/// <param name="First">the arc's first position, of 2^32,</param>
/// <param name="Last">and its last.</param>
internal sealed record OverrideOrder(string? Node = null, string? Key = null, uint? First = null, uint? Last = null)
{
    public override string ToString() => $"{(Key is null ? $"{First:x8}-{Last:x8}" : $"the arc of {Key}")}{(Node is null ? "" : $" to {Node}")}";
}

/// <summary>The arcs that operators have given to nodes.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Overrides">In order of position.</param>
internal sealed record OverridesReport(string Pool, IReadOnlyList<OverrideReport> Overrides);

/// <summary>Whether measured load moves arcs.</summary>
/// <param name="Mode">Off, Observe or On.</param>
internal sealed record RebalancingOrder(RebalancingMode Mode);

/// <summary>Whether measured load moves arcs, everywhere.</summary>
/// <param name="Configured">By this gateway's configuration.</param>
/// <param name="Ordered">By an operator, for all pools without an order of their own; null: none.</param>
/// <param name="Pools">In force, by pool.</param>
internal sealed record RebalancingModes(RebalancingMode Configured, RebalancingMode? Ordered, IReadOnlyDictionary<string, RebalancingMode> Pools);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WeightOrder))]
[JsonSerializable(typeof(WeightReport))]
[JsonSerializable(typeof(OverrideOrder))]
[JsonSerializable(typeof(OverridesReport))]
[JsonSerializable(typeof(RebalancingOrder))]
[JsonSerializable(typeof(RebalancingModes))]
internal sealed partial class OrderJson : JsonSerializerContext;
