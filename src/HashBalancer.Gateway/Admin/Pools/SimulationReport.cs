using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>What simulated changes of a pool's nodes would do.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="MovedShare">The part of the key space that would change its owner, 0 to 1.</param>
/// <param name="MovedLoad">Requests per second that would; null when no load was measured yet.</param>
/// <param name="BusiestBefore">The busiest node's load over the mean, each by its weight; null when no load was measured yet, or there is none.</param>
/// <param name="BusiestAfter">The same after the changes.</param>
/// <param name="Nodes">Every node before or after, in order of ServiceID.</param>
/// <param name="Moves">From whom to whom, the greatest first; a hundred at most.</param>
/// <param name="MoveCount">How many pairs of nodes there are between which something moves.</param>
/// <param name="Keys">The owners of the keys that were asked for.</param>
internal sealed record SimulationReport(
    string Pool, double MovedShare, double? MovedLoad, double? BusiestBefore, double? BusiestAfter,
    IReadOnlyList<NodePrediction> Nodes, IReadOnlyList<RingMove> Moves, int MoveCount, IReadOnlyList<KeyMove> Keys)
{
    private const int MostMoves = 100;

    /// <exception cref="ArgumentException">The changes do not fit the pool's ring.</exception>
    public static SimulationReport Of(PoolSnapshot view, MeasuredLoads loads, SimulationRequest request)
    {
        var simulation = RingSimulation.Run(view.Ring, request.Changes());
        IReadOnlyDictionary<string, double>? before = loads.On(view.Name, simulation.Before), after = loads.On(view.Name, simulation.After);
        NodePrediction[] nodes =
        [
            .. simulation.Nodes.Select(node => new NodePrediction(
                node.Id, node.WeightBefore, node.WeightAfter, node.ShareBefore, node.ShareAfter,
                before is null ? null : before.GetValueOrDefault(node.Id), after is null ? null : after.GetValueOrDefault(node.Id))),
        ];
        return new SimulationReport(
            view.Name,
            simulation.Difference.MovedShare,
            before is null ? null : nodes.Sum(node => Math.Max(0, node.LoadAfter!.Value - node.LoadBefore!.Value)),
            Busiest(nodes, node => node.LoadBefore, node => node.WeightBefore),
            Busiest(nodes, node => node.LoadAfter, node => node.WeightAfter),
            nodes,
            [.. simulation.Difference.Moves.Take(MostMoves)],
            simulation.Difference.Moves.Count,
            [.. (request.Keys ?? []).Select(key => KeyMove.Of(key, simulation))]);
    }

    private static double? Busiest(NodePrediction[] nodes, Func<NodePrediction, double?> load, Func<NodePrediction, double?> weight)
    {
        NodePrediction[] serving = [.. nodes.Where(node => weight(node) > 0)];
        double total = serving.Sum(node => load(node) ?? 0), weights = serving.Sum(node => weight(node) ?? 0);
        return total > 0 ? serving.Max(node => load(node)!.Value / weight(node)!.Value) / (total / weights) : null;
    }
}

/// <summary>What would become of one node.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="WeightBefore">Its weight now; null: it is not on the ring.</param>
/// <param name="WeightAfter">Its weight after the changes; null: it is not on the ring.</param>
/// <param name="ShareBefore">The part of the key space that it owns, 0 to 1.</param>
/// <param name="ShareAfter">The part that it would own.</param>
/// <param name="LoadBefore">Requests per second of this gateway for the keys that it owns; null when no load was measured yet.</param>
/// <param name="LoadAfter">The same after the changes, if clients go on as they do.</param>
internal sealed record NodePrediction(
    string Id, double? WeightBefore, double? WeightAfter, double ShareBefore, double ShareAfter, double? LoadBefore, double? LoadAfter);

/// <summary>Whose a key is and would be.</summary>
/// <param name="Key">The key.</param>
/// <param name="Before">Its owner's ServiceID; null: none.</param>
/// <param name="After">Its owner's after the changes.</param>
internal sealed record KeyMove(string Key, string? Before, string? After)
{
    public static KeyMove Of(string key, RingSimulation simulation) => new(key, OwnerOn(simulation.Before, key), OwnerOn(simulation.After, key));

    private static string? OwnerOn(HashRing ring, string key) => ring.Owner(KeyHash.Of(key)) is >= 0 and int slot ? ring.MemberAt(slot)!.Value.Id : null;
}
