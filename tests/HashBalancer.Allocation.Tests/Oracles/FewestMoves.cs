using HashBalancer.Allocation.Model;

namespace HashBalancer.Allocation.Tests.Oracles;

/// <summary>The fewest nodes that must change their pool so that every pool serves so many units, by trying everything.</summary>
internal static class FewestMoves
{
    public static int ToServe(FleetSpec spec, IReadOnlyDictionary<string, double> units)
    {
        PoolSpec[] pools = [.. spec.Pools.Where(p => p.UnitDemand.Count > 0)];
        FleetNode[] nodes = [.. spec.Nodes];
        int[] owner = [.. nodes.Select(n => Array.FindIndex(pools, p => p.Name == spec.Leases.FirstOrDefault(l => l.Node == n.Id)?.Pool))];
        double[][] served = [.. nodes.Select(n => pools.Select(p => p.UnitDemand.Where(d => d.Value > 0).Min(d => (double)n.Capacity[d.Key] / (double)d.Value)).ToArray())];
        int best = int.MaxValue;
        Assign(0, 0, [.. pools.Select(p => units[p.Name] * (1 - 1e-9))]);
        return best;

        void Assign(int node, int moves, double[] missing)
        {
            if (moves >= best)
                return;
            if (node == nodes.Length)
            {
                if (Array.TrueForAll(missing, m => m <= 1e-12))
                    best = moves;
                return;
            }

            for (int pool = -1; pool < pools.Length; pool++)
            {
                if (pool >= 0)
                    missing[pool] -= served[node][pool];
                Assign(node + 1, moves + (owner[node] >= 0 && pool >= 0 && pool != owner[node] ? 1 : 0), missing);
                if (pool >= 0)
                    missing[pool] += served[node][pool];
            }
        }
    }
}
