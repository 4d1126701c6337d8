using System.Globalization;
using System.Text.Json.Serialization;
using HashBalancer.Gateway.Admin;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Cli;

/// <summary>One look at the nodes.</summary>
/// <param name="At">When.</param>
/// <param name="Gateway">The gateway's name.</param>
/// <param name="Leader">Who leads; null: nobody.</param>
/// <param name="Registry">Whether the registry answers.</param>
/// <param name="Nodes">The nodes, busiest first.</param>
internal sealed record TopFrame(DateTimeOffset At, string Gateway, string? Leader, string Registry, IReadOnlyList<TopNode> Nodes)
{
    public static TopFrame Of(PoolsReport pools, IEnumerable<NodesReport> nodes, TopFrame? before, DateTimeOffset now)
    {
        Dictionary<(string, string), long> earlier = before?.Nodes.ToDictionary(node => (node.Pool, node.Node), node => node.Completed) ?? [];
        double seconds = before is null ? 0 : (now - before.At).TotalSeconds;
        return new TopFrame(now, pools.Gateway, pools.Leader, pools.Registry.ToString(),
        [
            .. nodes.SelectMany(report => report.Nodes.Select(node => new TopNode(
                    report.Pool, node.Id, node.State, node.Share, node.InFlight, node.Completed,
                    seconds > 0 && earlier.TryGetValue((report.Pool, node.Id), out long then) ? Math.Max(0, node.Completed - then) / seconds : null,
                    node.LatencySeconds, node.Utilisation, node.Obstacles)))
                .OrderByDescending(node => node.PerSecond ?? 0).ThenByDescending(node => node.InFlight)
                .ThenBy(node => node.Pool, StringComparer.Ordinal).ThenBy(node => node.Node, StringComparer.Ordinal),
        ]);
    }

    /// <summary>Its first line for people.</summary>
    public string Title => string.Create(CultureInfo.InvariantCulture, $"{At:HH:mm:ss}  gateway {Gateway}, leader {Leader ?? "none"}, registry {Registry}");

    /// <summary>As columns.</summary>
    public override string ToString()
    {
        var table = new TextTable(TopNode.Columns);
        foreach (TopNode node in Nodes)
            table.Add(node.Cells());
        return $"{Title}\n{table}\n";
    }
}

/// <summary>A node, at one look.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Node">The node's id.</param>
/// <param name="State">Its state.</param>
/// <param name="Share">The part of the key space that it owns.</param>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Completed">Requests finished since the gateway began.</param>
/// <param name="PerSecond">Requests finished per second since the look before; null at the first.</param>
/// <param name="LatencySeconds">The moving average of its response times.</param>
/// <param name="Utilisation">What it reports of itself; null: nothing.</param>
/// <param name="Obstacles">Why it is passed over.</param>
internal sealed record TopNode(
    string Pool, string Node, NodeState State, double Share, long InFlight, long Completed, double? PerSecond, double LatencySeconds, double? Utilisation, IReadOnlyList<string> Obstacles)
{
    public static string[] Columns => ["pool", "node", "state", "share", "requests/s", "in flight", "latency ms", "utilisation", "obstacles"];

    public string[] Cells()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return
        [
            Pool, Node, State.ToString(), (100 * Share).ToString("0.0", culture) + " %", PerSecond?.ToString("0", culture) ?? "-", InFlight.ToString(culture),
            (1000 * LatencySeconds).ToString("0.0", culture), Utilisation?.ToString("0.00", culture) ?? "-", Obstacles.Count == 0 ? "-" : string.Join(",", Obstacles),
        ];
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TopFrame))]
internal sealed partial class TopJson : JsonSerializerContext;
