using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Policies.Filling;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving;

/// <summary>How many units every leaf is due: guarantees, borrowing and limits down the tree, by the policy of every level.</summary>
/// <remarks>
/// <para>From the leaves up it adds what pools want and what they have in any case (their floors); from the top down every level divides
/// what its parent got. Policies that look at every resource for itself, and parents whose children want different mixtures, can
/// leave parts unused that other leaves could use: a last filling hands these out by dominant share and path weight, within the
/// maxima of all parents, so that the result is Pareto-efficient wherever the policies are work-conserving.</para>
/// <para>A pure function of its arguments. O(pools × resources + children × log children per level). Not thread-safe: buffers are
/// reused.</para>
/// </remarks>
internal sealed class ShareSolver
{
    private readonly int _resources;
    private readonly PolicyScratch _scratch;
    private double[] _floors = [];
    private double[] _wanted = [];
    private double[] _reserved = [];
    private double[] _ownReserved = [];
    private double[] _ceilings = [];
    private double[] _steps = [];
    private int[] _groupOf = [];

    public ShareSolver(int resources)
    {
        _resources = resources;
        _scratch = new PolicyScratch(resources);
    }

    /// <summary>Solves.</summary>
    /// <param name="tree">The pools.</param>
    /// <param name="total">What the available nodes have together, in thousandths.</param>
    /// <param name="units">What every leaf wants.</param>
    /// <param name="fixedUnits">What frozen leaves have and keep; NaN for all others.</param>
    public ShareResult Solve(PoolTree tree, ReadOnlySpan<double> total, ReadOnlySpan<double> units, ReadOnlySpan<double> fixedUnits)
    {
        var result = new ShareResult(tree.Count, _resources);
        Prepare(tree.Count);
        AddUp(tree, units, fixedUnits, result.FloorUnits);
        var inputs = new LevelInputs(tree.Names, tree.Weights, tree.Priorities, tree.Submitted, _floors, _wanted, tree.Guaranteed, result.Shares);
        Descend(tree, inputs, total, result);
        for (int p = 0; p < tree.Count; p++)
        {
            if (tree.IsLeaf(p))
                result.Units[p] = UnitsIn(tree, p, result.Shares);
        }

        HandOutLeftovers(tree, total, result);
        _ceilings.AsSpan(0, tree.Count).CopyTo(result.CeilingUnits);
        return result;
    }

    private void Prepare(int pools)
    {
        if (_ceilings.Length < pools)
        {
            _ceilings = new double[pools];
            _groupOf = new int[pools];
            _steps = new double[pools];
            _floors = new double[pools * _resources];
            _wanted = new double[pools * _resources];
            _reserved = new double[pools * _resources];
            _ownReserved = new double[pools * _resources];
        }

        Array.Clear(_floors);
        Array.Clear(_wanted);
        Array.Clear(_reserved);
        Array.Clear(_ownReserved);
    }

    /// <summary>Floors and wants from the leaves up. What a pool does not lend is part of both, so that it is set aside.</summary>
    private void AddUp(PoolTree tree, ReadOnlySpan<double> units, ReadOnlySpan<double> fixedUnits, double[] floorUnits)
    {
        for (int p = tree.Count - 1; p >= 0; p--)
        {
            double floor = 0;
            if (tree.IsLeaf(p))
            {
                bool isFixed = !double.IsNaN(fixedUnits[p]);
                _ceilings[p] = isFixed ? fixedUnits[p] : Math.Min(units[p], MaximumUnits(tree, p));
                floor = isFixed ? fixedUnits[p] : Math.Min(tree.GuaranteedUnits[p], _ceilings[p]);
                floorUnits[p] = floor;
            }

            for (int r = 0; r < _resources; r++)
            {
                int at = (p * _resources) + r;
                if (tree.IsLeaf(p))
                {
                    _wanted[at] = _ceilings[p] * tree.UnitDemand[at];
                    _floors[at] = floor * tree.UnitDemand[at];
                }
                else
                {
                    // Both hold the sums of the children here, with what those set aside.
                    _wanted[at] = Math.Min(_wanted[at] - _reserved[at], tree.Maximum[at]);
                    _floors[at] = Math.Min(_wanted[at], Math.Max(_floors[at] - _reserved[at], Math.Min(tree.Guaranteed[at], _wanted[at])));
                }

                if (!tree.Specs[p].Lendable)
                    _ownReserved[at] = Math.Max(0, tree.Guaranteed[at] - _floors[at] - _reserved[at]);
                _reserved[at] += _ownReserved[at];
                _wanted[at] += _reserved[at];
                _floors[at] += _reserved[at];
                if (tree.Parent[p] != PoolTree.NoParent)
                {
                    int above = (tree.Parent[p] * _resources) + r;
                    _wanted[above] += _wanted[at];
                    _floors[above] += _floors[at];
                    _reserved[above] += _reserved[at];
                }
            }
        }
    }

    private double MaximumUnits(PoolTree tree, int leaf)
    {
        double units = double.PositiveInfinity;
        for (int r = 0; r < _resources; r++)
        {
            int at = (leaf * _resources) + r;
            if (tree.UnitDemand[at] > 0)
                units = Math.Min(units, tree.Maximum[at] / tree.UnitDemand[at]);
        }

        return units;
    }

    private void Descend(PoolTree tree, LevelInputs inputs, ReadOnlySpan<double> total, ShareResult result)
    {
        Span<double> capacity = stackalloc double[ResourceSet.MaximumCount];
        capacity = capacity[.._resources];
        total.CopyTo(capacity);
        Divide(tree.RootPolicy, inputs, total, capacity, 0, tree.RootCount, result);
        for (int p = 0; p < tree.Count; p++)
        {
            if (tree.IsLeaf(p))
                continue;
            for (int r = 0; r < _resources; r++)
                capacity[r] = Math.Max(0, result.Shares[(p * _resources) + r] - _ownReserved[(p * _resources) + r]);
            Divide(tree.Policies[p], inputs, total, capacity, tree.FirstChild[p], tree.ChildCount[p], result);
        }
    }

    private void Divide(IAllocationPolicy policy, LevelInputs inputs, ReadOnlySpan<double> total, ReadOnlySpan<double> capacity, int first, int count, ShareResult result)
    {
        CutFloors(inputs, capacity, first, count, result);
        int start = first * _resources, length = count * _resources;
        inputs.Floors.AsSpan(start, length).CopyTo(inputs.Shares.AsSpan(start, length));
        policy.Divide(new PolicyLevel(inputs, total, capacity, first, count, _scratch));
        CheckDivision(policy, inputs, capacity, first, count);
    }

    /// <summary>
    /// Floors that do not fit are cut, class by class of priority; inside one all grow from nothing in proportion, and who needs
    /// what is used up stops first.
    /// </summary>
    private void CutFloors(LevelInputs inputs, ReadOnlySpan<double> capacity, int first, int count, ShareResult result)
    {
        if (FloorsFit(inputs, capacity, first, count))
            return;
        result.InfeasibleGuarantees = true;
        ProgressiveFilling filling = _scratch.Vector;
        Span<double> left = stackalloc double[ResourceSet.MaximumCount];
        capacity.CopyTo(left);
        foreach (int priority in inputs.Priorities.AsSpan(first, count).ToArray().Distinct().OrderDescending())
        {
            filling.Reset(count);
            left[.._resources].CopyTo(filling.Limit);
            for (int i = 0; i < count; i++)
            {
                if (inputs.Priorities[first + i] != priority)
                    continue;
                filling.Speed[i] = 1;
                filling.Ceiling[i] = 1;
                for (int r = 0; r < _resources; r++)
                    filling.Use[(i * _resources) + r] = inputs.Floors[((first + i) * _resources) + r];
            }

            filling.Run();
            for (int i = 0; i < count; i++)
            {
                if (inputs.Priorities[first + i] != priority)
                    continue;
                result.GuaranteeCut[first + i] |= filling.Units[i] < 1;
                for (int r = 0; r < _resources; r++)
                    inputs.Floors[((first + i) * _resources) + r] *= filling.Units[i];
            }

            for (int r = 0; r < _resources; r++)
                left[r] = Math.Max(0, filling.Remaining[r]);
        }
    }

    private bool FloorsFit(LevelInputs inputs, ReadOnlySpan<double> capacity, int first, int count)
    {
        for (int r = 0; r < _resources; r++)
        {
            double sum = 0;
            for (int i = first; i < first + count; i++)
                sum += inputs.Floors[(i * _resources) + r];
            if (sum > capacity[r] * (1 + Slack))
                return false;
        }

        return true;
    }

    /// <summary>A policy that hands out what it does not have would break promises made to others: it is named and refused.</summary>
    private void CheckDivision(IAllocationPolicy policy, LevelInputs inputs, ReadOnlySpan<double> capacity, int first, int count)
    {
        for (int r = 0; r < _resources; r++)
        {
            double sum = 0;
            for (int i = first; i < first + count; i++)
            {
                int at = (i * _resources) + r;
                double share = inputs.Shares[at];
                double slack = Slack * Math.Max(1, capacity[r]);
                if (!(share >= inputs.Floors[at] - slack && share <= Math.Max(inputs.Wanted[at], inputs.Floors[at]) + slack))
                    throw new InvalidOperationException($"The policy '{policy.Name}' gave pool '{inputs.Names[i]}' {share} of resource {r}, outside {inputs.Floors[at]} to {inputs.Wanted[at]}.");
                sum += share;
            }

            if (sum > (capacity[r] * (1 + Slack)) + Slack)
                throw new InvalidOperationException($"The policy '{policy.Name}' gave away {sum} of resource {r}, of which there are {capacity[r]}.");
        }
    }

    /// <summary>Rounding of sums over thousands of pools.</summary>
    private const double Slack = 1e-9;

    private double UnitsIn(PoolTree tree, int leaf, double[] shares)
    {
        double units = _ceilings[leaf];
        for (int r = 0; r < _resources; r++)
        {
            int at = (leaf * _resources) + r;
            if (tree.UnitDemand[at] > 0)
                units = Math.Min(units, Math.Max(0, shares[at] - _reserved[at]) / tree.UnitDemand[at]);
        }

        // The last bit of a quotient must not leave a satisfied pool wanting.
        return units >= _ceilings[leaf] * (1 - Shares.Tolerance) ? _ceilings[leaf] : units;
    }

    private void HandOutLeftovers(PoolTree tree, ReadOnlySpan<double> total, ShareResult result)
    {
        bool any = false;
        for (int p = 0; p < tree.Count && !any; p++)
            any = tree.IsLeaf(p) && tree.SharesLeftovers[p] && result.Units[p] < _ceilings[p];
        if (!any)
            return;

        int groups = GroupByMaxima(tree);
        ProgressiveFilling filling = _scratch.Vector;
        filling.Reset(tree.Count, groups);
        for (int r = 0; r < _resources; r++)
        {
            filling.Limit[r] = total[r];
            for (int p = 0; p < tree.RootCount; p++)
                filling.Limit[r] = Math.Max(0, filling.Limit[r] - _reserved[(p * _resources) + r]);
        }

        for (int p = 0; p < tree.Count; p++)
        {
            if (tree.IsLeaf(p))
            {
                AddLeaf(tree, filling, total, result, p);
            }
            else
            {
                filling.Ceiling[p] = 0;
                _steps[p] = 0;
            }

            if (!tree.IsLeaf(p) && _groupOf[p] != GroupAbove(tree, p))
            {
                filling.GroupParent[_groupOf[p]] = GroupAbove(tree, p);
                for (int r = 0; r < _resources; r++)
                    filling.Limit[(_groupOf[p] * _resources) + r] = tree.Maximum[(p * _resources) + r];
            }
        }

        filling.Run();
        filling.RunForZeroWeights(p => _steps[p] > 0 ? 1 / _steps[p] : 0);
        for (int p = 0; p < tree.Count; p++)
        {
            if (!tree.IsLeaf(p))
                continue;
            result.Units[p] = filling.Units[p];
            result.UsedUpAt[p] = tree.SharesLeftovers[p] && result.Units[p] < _ceilings[p] ? FirstUsedUp(tree, filling, p) : -1;
        }

        result.GroupPools = PoolsOfGroups(tree, groups);
    }

    private void AddLeaf(PoolTree tree, ProgressiveFilling filling, ReadOnlySpan<double> total, ShareResult result, int leaf)
    {
        double step = 0;
        for (int r = 0; r < _resources; r++)
        {
            double demand = tree.UnitDemand[(leaf * _resources) + r];
            filling.Use[(leaf * _resources) + r] = demand;
            if (demand > 0)
                step = Math.Max(step, demand / total[r]);
        }

        filling.Group[leaf] = _groupOf[leaf];
        filling.Floor[leaf] = result.Units[leaf];
        filling.Ceiling[leaf] = _ceilings[leaf];

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

    private int FirstUsedUp(PoolTree tree, ProgressiveFilling filling, int leaf)
    {
        for (int group = _groupOf[leaf]; group >= 0; group = filling.GroupParent[group])
        {
            for (int r = 0; r < _resources; r++)
            {
                if (tree.UnitDemand[(leaf * _resources) + r] > 0 && filling.IsUsedUp((group * _resources) + r))
                    return (group * _resources) + r;
            }
        }

        return -1;
    }
}
