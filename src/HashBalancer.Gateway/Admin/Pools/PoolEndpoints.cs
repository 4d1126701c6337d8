using System.Text.Json.Serialization;
using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /api/v1/pools, /pools/{pool}, …/nodes, …/nodes/{node} and …/ring: what this gateway knows and counts.</summary>
internal static class PoolEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        PoolInspector inspector = gateway.GetRequiredService<PoolInspector>();
        SnapshotStore snapshots = gateway.GetRequiredService<SnapshotStore>();
        RegistryStatus registry = gateway.GetRequiredService<RegistryStatus>();
        Leadership leadership = gateway.GetRequiredService<Leadership>();
        FleetView fleet = gateway.GetRequiredService<FleetView>();
        endpoints.MapGet("/api/v1/pools", () => Results.Json(
                new PoolsReport(
                    leadership.Name, leadership.IsLeader, leadership.Leader, registry.Current.State, snapshots.Current.Version,
                    [.. inspector.Pools().Select(Report)]),
                PoolJson.Default.PoolsReport))
            .Describe("Every pool, and the state of this gateway.", PoolJson.Default.PoolsReport);
        endpoints.MapGet("/api/v1/pools/{pool}", (string pool) =>
                inspector.Pool(pool) is { } found ? Results.Json(Report(found), PoolJson.Default.PoolReport) : AdminProblem.NoPool(pool))
            .Describe("One pool.", PoolJson.Default.PoolReport);
        endpoints.MapGet("/api/v1/pools/{pool}/nodes", (string pool) =>
                inspector.Nodes(pool) is { } nodes ? Results.Json(new NodesReport(inspector.Pool(pool)?.Name ?? pool, nodes), PoolJson.Default.NodesReport) : AdminProblem.NoPool(pool))
            .Describe("The nodes of a pool, those that do not serve included.", PoolJson.Default.NodesReport);
        endpoints.MapGet("/api/v1/pools/{pool}/nodes/{node}", (string pool, string node) =>
                inspector.Node(pool, node) is { } found ? Results.Json(found, PoolJson.Default.NodeView) : AdminProblem.NoNode(pool, node))
            .Describe("One node.", PoolJson.Default.NodeView);
        endpoints.MapGet("/api/v1/pools/{pool}/ring", (string pool) =>
                snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view) ? Results.Json(RingReport.Of(snapshots.Current.Version, view), PoolJson.Default.RingReport) : AdminProblem.NoPool(pool))
            .Describe("The pool's ring: which part of the key space each node owns, and the arcs that are away from home.", PoolJson.Default.RingReport);

        PoolReport Report(PoolView pool) => new(
            pool, registry.ProblemOf(pool.Name), fleet.State?.Pools.FirstOrDefault(sized => string.Equals(sized.Name, pool.Name, StringComparison.OrdinalIgnoreCase)));
    }
}

/// <summary>This gateway and its pools.</summary>
/// <param name="Gateway">This gateway's name among the others.</param>
/// <param name="IsLeader">Whether it leads.</param>
/// <param name="Leader">Who leads, as last seen; null while nobody does.</param>
/// <param name="Registry">Whether the registry answers.</param>
/// <param name="SnapshotVersion">The snapshot in force.</param>
/// <param name="Pools">Every pool, in order of name.</param>
internal sealed record PoolsReport(string Gateway, bool IsLeader, string? Leader, RegistryState Registry, long SnapshotVersion, IReadOnlyList<PoolReport> Pools);

/// <summary>One pool.</summary>
/// <param name="Pool">What the data plane sees.</param>
/// <param name="Problem">Why its nodes are not known or not fresh; null when they are.</param>
/// <param name="Allocation">What it has of the fleet, and why; null for a pool that is not sized, and before the leader has shown anything.</param>
internal sealed record PoolReport(PoolView Pool, string? Problem, PoolState? Allocation = null);

/// <summary>The nodes of one pool.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Nodes">In order of id.</param>
internal sealed record NodesReport(string Pool, IReadOnlyList<NodeView> Nodes);

/// <summary>The ring of one pool.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="SnapshotVersion">The snapshot that it stands in.</param>
/// <param name="AssignmentVersion">The version of the rebalancer's decisions in force.</param>
/// <param name="Points">How many points it has.</param>
/// <param name="Shares">Who owns how much, in order of id.</param>
/// <param name="Overrides">The arcs that are given to another node than the ring's, in order of position.</param>
internal sealed record RingReport(
    string Pool, long SnapshotVersion, long AssignmentVersion, int Points, IReadOnlyList<NodeShare> Shares, IReadOnlyList<OverrideReport> Overrides)
{
    public static RingReport Of(long version, PoolSnapshot view) => new(
        view.Name,
        version,
        view.AssignmentVersion,
        view.Ring.PointCount,
        [
            .. view.Nodes.Where(node => view.Ring.TryGetSlot(node.Id, out _))
                .Select(node => new NodeShare(node.Id, node.Weight, view.Ring.TryGetSlot(node.Id, out int slot) ? view.Ring.ShareAt(slot) : 0)),
        ],
        [.. view.Ring.Overrides.Select(one => new OverrideReport(one.First, one.Last, RingArc.ShareOf(one.First, one.Last), one.NodeId, view.Ring.TryGetSlot(one.NodeId, out _)))]);
}

/// <summary>What a node owns.</summary>
/// <param name="Node">Its id.</param>
/// <param name="Weight">Its weight in force.</param>
/// <param name="Share">The part of the key space, 0 to 1.</param>
internal sealed record NodeShare(string Node, double Weight, double Share);

/// <summary>An arc that is given to another node than the ring's.</summary>
/// <param name="First">Its first position, of 2^32.</param>
/// <param name="Last">Its last position.</param>
/// <param name="Share">Its part of the key space.</param>
/// <param name="Node">To whom.</param>
/// <param name="IsInForce">Whether that node serves; while it does not, the ring's owner has the arc.</param>
internal sealed record OverrideReport(uint First, uint Last, double Share, string Node, bool IsInForce);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PoolsReport))]
[JsonSerializable(typeof(NodesReport))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(RingReport))]
internal sealed partial class PoolJson : JsonSerializerContext;
