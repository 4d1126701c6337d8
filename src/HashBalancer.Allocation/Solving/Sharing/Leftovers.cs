using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Solving.Sharing;

/// <summary>
/// Hands out what the policies of the levels left unused to leaves that can use it: by dominant share and path weight, within the
/// maxima of all parents. Leaves below a policy that is not work-conserving get none.
/// </summary>
internal sealed class Leftovers(int resources, ProgressiveFilling filling)
{
    private double[] _steps = [];
    private int[] _groupOf = [];

    /// <summary>Raises the shares, and notes what keeps every leaf from more.</summary>
    /// <param name="tree">The pools.</param>
    /// <param name="total">What the fleet has.</param>
    /// <param name="reserved">What pools keep for themselves unused, each with what those below it keep.</param>
    /// <param name="result">The shares so far, which are raised.</param>
    public void HandOut(PoolTree tree, ReadOnlySpan<double> total, double[] reserved, ShareResult result)
    {
        bool any = false;
        for (int p = 0; p < tree.Count && !any; p++)
            any = tree.IsLeaf(p) && tree.SharesLeftovers[p] && result.Units[p] < result.CeilingUnits[p];
        if (!any)
            return;

        _groupOf = KeptArray.Cleared(_groupOf, tree.Count);
        _steps = KeptArray.Cleared(_steps, tree.Count);
        int groups = GroupByMaxima(tree);
        filling.Reset(tree.Count, groups);
        for (int r = 0; r < resources; r++)
        {
            filling.Limit[r] = total[r];
            for (int p = 0; p < tree.RootCount; p++)
                filling.Limit[r] = Math.Max(0, filling.Limit[r] - reserved[(p * resources) + r]);
        }

        for (int p = 0; p < tree.Count; p++)
        {
            if (tree.IsLeaf(p))
            {
                AddLeaf(tree, total, result, p);
                continue;
            }

            filling.Ceiling[p] = 0;
            if (_groupOf[p] != GroupAbove(tree, p))
            {
                filling.GroupParent[_groupOf[p]] = GroupAbove(tree, p);
                for (int r = 0; r < resources; r++)
                    filling.Limit[(_groupOf[p] * resources) + r] = tree.Maximum[(p * resources) + r];
            }
        }

        filling.Run();
        filling.RunForZeroWeights(p => _steps[p] > 0 ? 1 / _steps[p] : 0);
        for (int p = 0; p < tree.Count; p++)
        {
            if (!tree.IsLeaf(p))
                continue;
            result.Units[p] = filling.Units[p];
            result.UsedUpAt[p] = tree.SharesLeftovers[p] && result.Units[p] < result.CeilingUnits[p] ? FirstUsedUp(tree, p) : -1;
        }

        result.GroupPools = PoolsOfGroups(tree, groups);
    }

    private void AddLeaf(PoolTree tree, ReadOnlySpan<double> total, ShareResult result, int leaf)
    {
        double step = 0;
        for (int r = 0; r < resources; r++)
        {
            double demand = tree.UnitDemand[(leaf * resources) + r];
            filling.Use[(leaf * resources) + r] = demand;
            if (demand > 0)
                step = Math.Max(step, demand / total[r]);
        }

        filling.Group[leaf] = _groupOf[leaf];
        filling.Floor[leaf] = result.Units[leaf];
        filling.Ceiling[leaf] = result.CeilingUnits[leaf];

        // Who needs what the fleet does not have cannot grow, and who stands below a strict queue gets no leftovers.
        _steps[leaf] = tree.SharesLeftovers[leaf] && !double.IsPositiveInfinity(step) ? step : 0;
        if (_steps[leaf] > 0)
            filling.Speed[leaf] = tree.PathWeight[leaf] / step;
    }

    /// <summary>Numbers the parents that have a maximum; leaves count within the innermost of them, 0 being the fleet.</summary>
    private int GroupByMaxima(PoolTree tree)
    {
        int groups = 1;
        for (int p = 0; p < tree.Count; p++)
        {
            bool limited = !tree.IsLeaf(p) && tree.Specs[p].Maximum.Count > 0;
            _groupOf[p] = limited ? groups++ : GroupAbove(tree, p);
        }

        return groups;
    }

    private int GroupAbove(PoolTree tree, int pool) => tree.Parent[pool] == PoolTree.NoParent ? 0 : _groupOf[tree.Parent[pool]];

    private int[] PoolsOfGroups(PoolTree tree, int groups)
    {
        int[] pools = new int[groups];
        pools[0] = PoolTree.NoParent;
        for (int p = 0; p < tree.Count; p++)
        {
            if (!tree.IsLeaf(p) && _groupOf[p] != GroupAbove(tree, p))
                pools[_groupOf[p]] = p;
        }

        return pools;
    }

    private int FirstUsedUp(PoolTree tree, int leaf)
    {
        for (int group = _groupOf[leaf]; group >= 0; group = filling.GroupParent[group])
        {
            for (int r = 0; r < resources; r++)
            {
                if (tree.UnitDemand[(leaf * resources) + r] > 0 && filling.IsUsedUp((group * resources) + r))
                    return (group * resources) + r;
            }
        }

        return -1;
    }
}
