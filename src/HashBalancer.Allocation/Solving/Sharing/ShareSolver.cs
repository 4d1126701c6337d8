using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving.Sharing;

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
    private readonly FloorCut _floorCut;
    private readonly Leftovers _leftovers;
    private double[] _floors = [];
    private double[] _wanted = [];
    private double[] _reserved = [];
    private double[] _ownReserved = [];
    private double[] _ceilings = [];

    public ShareSolver(int resources)
    {
        _resources = resources;
        _scratch = new PolicyScratch(resources);
        _floorCut = new FloorCut(resources, _scratch.Vector);
        _leftovers = new Leftovers(resources, _scratch.Vector);
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

        _ceilings.AsSpan(0, tree.Count).CopyTo(result.CeilingUnits);
        _leftovers.HandOut(tree, total, _reserved, result);
        return result;
    }

    private void Prepare(int pools)
    {
        if (_ceilings.Length < pools)
        {
            _ceilings = new double[pools];
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
        _floorCut.Apply(inputs, capacity, first, count, result);
        int start = first * _resources, length = count * _resources;
        inputs.Floors.AsSpan(start, length).CopyTo(inputs.Shares.AsSpan(start, length));
        policy.Divide(new PolicyLevel(inputs, total, capacity, first, count, _scratch));
        CheckDivision(policy, inputs, capacity, first, count);
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
    public const double Slack = 1e-9;

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
}
