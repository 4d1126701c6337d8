using HashBalancer.Allocation.Explaining;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Solving.Placing;
using HashBalancer.Allocation.Solving.Sharing;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Allocation.Solving;

/// <summary>A fleet and its pools, ready to be solved again after every change.</summary>
/// <remarks>
/// <para>What is declared is checked and compiled once; changes touch only what they concern, and every solve runs over the compiled
/// form. A solve after a change therefore equals a solve of the changed whole, at a fraction of its cost.</para>
/// <para>A change either holds as a whole or throws and leaves the session as it was. Changes of nodes never fail because of guarantees:
/// these are cut and flagged. Not thread-safe.</para>
/// </remarks>
public sealed class AllocationSession
{
    /// <summary>Two passes nearly always reach the state in which nothing moves; this many ends what does not.</summary>
    private const int MaximumPasses = 8;

    private readonly AllocatorSettings _settings;
    private readonly ResourceSet _resources;
    private readonly NodeTable _nodes;
    private readonly ShareSolver _shares;
    private readonly Dictionary<string, double> _demands;
    private FleetSpec _declared;
    private PoolTree _tree;
    private KindFilters _filters;
    private double[] _units = [];

    /// <summary>Checks and compiles a specification.</summary>
    /// <param name="spec">What is declared; lists are copied.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="AllocationSpecException">The specification has faults; all are listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public AllocationSession(FleetSpec spec, AllocatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _settings = (settings ?? new AllocatorSettings()).Checked();
        if (FleetValidator.Check(spec, _settings.Policies, out ParsedFleet fleet) is { Count: > 0 } faults)
            throw new AllocationSpecException(faults);
        _resources = spec.Resources;
        _declared = spec with { Nodes = [], Demands = [], Leases = [], Pools = [.. spec.Pools] };
        _tree = new PoolTree(_resources, spec.Policy, spec.Pools, _settings.Policies);
        _nodes = new NodeTable(_resources, fleet, _tree);
        _filters = new KindFilters(_tree, _nodes);
        _shares = new ShareSolver(_resources.Count);
        _demands = spec.Demands.ToDictionary(d => d.Pool, d => d.Units, StringComparer.Ordinal);
        BindDemands();
    }

    /// <summary>Solves a specification once.</summary>
    /// <inheritdoc cref="AllocationSession(FleetSpec, AllocatorSettings?)"/>
    public static FleetAllocation Solve(FleetSpec spec, AllocatorSettings? settings = null) => new AllocationSession(spec, settings).Solve();

    /// <summary>Changes what a leaf wants.</summary>
    /// <exception cref="AllocationSpecException">There is no such leaf, or the units are out of range.</exception>
    public void SetDemand(string pool, double units)
    {
        int index = _tree.IndexOf(pool);
        var faults = new FaultList();
        FleetValidator.CheckDemand(new PoolDemand(pool, units), index < 0 ? null : _tree.Specs[index], index >= 0 && _tree.IsLeaf(index), faults);
        faults.ThrowIfAny();
        _demands[pool] = units;
        _units[index] = units;
    }

    /// <summary>Adds a node, or replaces the one with its id, which keeps its lease.</summary>
    /// <exception cref="AllocationSpecException">The node has faults.</exception>
    public void PutNode(FleetNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var faults = new FaultList();
        long[] amounts = new long[_resources.Count];
        FleetValidator.CheckNode(_resources, node, amounts, faults);
        CheckTotals(node.Id, amounts, faults);
        faults.ThrowIfAny();
        _nodes.Put(node, amounts, _tree);
    }

    /// <summary>Removes a node; false when there is none of this id.</summary>
    public bool RemoveNode(string id) => _nodes.Remove(id);

    /// <summary>Counts a node as arrived: it may be moved again.</summary>
    /// <returns>Whether there is such a node.</returns>
    public bool NodeArrived(string id)
    {
        int node = _nodes.IndexOf(id);
        if (node >= 0)
            _nodes.Arrived(node);
        return node >= 0;
    }

    /// <summary>Replaces all pools. Demands of pools that are no more are forgotten, their nodes become free.</summary>
    /// <exception cref="AllocationSpecException">The pools have faults, alone or together with the fleet; all are listed.</exception>
    public void SetPools(IReadOnlyList<PoolSpec> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        FleetSpec changed = _declared with { Pools = [.. pools] };
        var faults = new FaultList();
        PoolValidator.Check(_resources, changed.Policy, changed.Pools, _settings.Policies, faults);
        CheckWithFleet(changed.Pools, changed.Pools, faults);
        faults.ThrowIfAny();
        Take(new PoolTree(_resources, changed.Policy, changed.Pools, _settings.Policies), changed);
        foreach (string gone in _demands.Keys.Where(p => _tree.IndexOf(p) < 0 || !_tree.IsLeaf(_tree.IndexOf(p))).ToArray())
            _demands.Remove(gone);
        BindDemands();
    }

    /// <summary>Adds a pool, or replaces the one with its name. O(pools) when it stays where it is in the tree.</summary>
    /// <inheritdoc cref="SetPools"/>
    public void PutPool(PoolSpec pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        PoolSpec[] pools = [.. _declared.Pools];
        int at = Array.FindIndex(pools, p => p.Name == pool.Name);
        int index = _tree.IndexOf(pool.Name);
        if (at < 0 || pools[at].Parent != pool.Parent)
        {
            SetPools([.. pools.Where(p => p.Name != pool.Name), pool]);
            return;
        }

        pools[at] = pool;
        var faults = new FaultList();
        int parent = _tree.Parent[index];
        (int first, int count) = parent == PoolTree.NoParent ? (0, _tree.RootCount) : (_tree.FirstChild[parent], _tree.ChildCount[parent]);
        PoolValidator.CheckReplacement(
            _resources,
            pool,
            _tree.IsLeaf(index),
            parent == PoolTree.NoParent ? null : _tree.Specs[parent],
            _tree.Specs.Skip(first).Take(count).Where(p => p.Name != pool.Name),
            _tree.Specs.Skip(_tree.FirstChild[index]).Take(_tree.ChildCount[index]),
            _settings.Policies,
            faults);
        CheckWithFleet([pool], pools, faults);
        if (_tree.IsLeaf(index) && faults.Faults.Count == 0)
            FleetValidator.CheckDemand(new PoolDemand(pool.Name, _units[index]), pool, isLeaf: true, faults);
        faults.ThrowIfAny();
        Take(_tree.With(index, pool, _settings.Policies), _declared with { Pools = pools });
    }

    /// <summary>Makes an allocation the present state: its moves count as under way.</summary>
    /// <exception cref="ArgumentException">The allocation is not one of this session's present nodes and pools.</exception>
    public void Adopt(FleetAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        foreach (NodeLease lease in allocation.Leases)
        {
            if (_nodes.IndexOf(lease.Node) < 0 || _tree.IndexOf(lease.Pool) < 0)
                throw new ArgumentException($"The allocation gives node '{lease.Node}' to pool '{lease.Pool}'; one of them is unknown here.", nameof(allocation));
        }

        _nodes.TakeLeases(allocation.Leases, _tree);
    }

    /// <summary>Decides who gets what. Changes nothing here: see <see cref="Adopt"/>.</summary>
    /// <param name="now">The time that new leases bear, in the unit of <see cref="NodeLease.Since"/>.</param>
    public FleetAllocation Solve(long now = 0)
    {
        double[] total = Array.ConvertAll(_nodes.Total, t => (double)t);
        double[] units = [.. _units], fixedUnits = FixedUnits();
        ShareResult shares = _shares.Solve(_tree, total, units, fixedUnits);
        if (!_filters.IsUpToDate(_tree))
            _filters = new KindFilters(_tree, _nodes, _filters);
        var state = new PlacementState(_tree, _nodes, shares, _filters);
        var scale = new FleetScale(_tree, _nodes);
        var order = new NeedOrder(_tree);
        var reclaim = new ReclaimPhase(state, scale, order, _settings);
        LeaseKeeper.Run(state);

        // What was taken makes room under the maxima of parents, and what is given out there changes who may take.
        int pass = 0;
        do
            new FreeNodePhase(state, scale, order).Run();
        while (reclaim.Run() && !reclaim.Throttled && ++pass < MaximumPasses);
        reclaim.PutBackWhatIsNotNeeded();
        MigrationPlan plan = MovePlan.Of(state, _settings);
        int[] owners = state.OwnersWithUnavailable();
        PoolTree tree = _tree;
        return new FleetAllocation(
            tree,
            _nodes.Ids,
            owners,
            Leases(owners, now),
            MovePlan.Pools(state),
            plan,
            shares.InfeasibleGuarantees,
            reclaim.Throttled,
            allocation => new Explainer(tree, shares, total, units, fixedUnits, allocation));
    }

    /// <summary>Checks pools that changed, which replaced their former selves among all, against the nodes.</summary>
    private void CheckWithFleet(IReadOnlyList<PoolSpec> changed, IReadOnlyList<PoolSpec> all, FaultList faults)
    {
        FleetValidator.CheckPlacement(
            changed,
            Enumerable.Range(0, _nodes.Count).Select(n => _nodes[n]),
            id => _nodes.IndexOf(id) is >= 0 and int node ? _nodes[node] : null,
            faults,
            settled: all.Except(changed, ReferenceEqualityComparer.Instance).Cast<PoolSpec>());
        if (!_declared.AllowOvercommit)
            FleetValidator.CheckGuarantees(all, _resources, r => Quantity.FromThousandths(_nodes.DeclaredTotal[r]), faults);
    }

    private void Take(PoolTree tree, FleetSpec declared)
    {
        _nodes.Bind(tree, _tree);
        _tree = tree;
        _declared = declared;
    }

    private void BindDemands()
    {
        _units = new double[_tree.Count];
        foreach ((string pool, double units) in _demands)
            _units[_tree.IndexOf(pool)] = units;
    }

    /// <summary>Frozen leaves keep the units that their nodes serve now.</summary>
    private double[] FixedUnits()
    {
        double[] units = new double[_tree.Count];
        for (int p = 0; p < units.Length; p++)
            units[p] = _tree.Specs[p].Frozen && _tree.IsLeaf(p) ? 0 : double.NaN;
        if (Array.TrueForAll(units, double.IsNaN))
            return units;
        for (int n = 0; n < _nodes.Count; n++)
        {
            int pool = _nodes.PinnedTo[n] >= 0 ? _nodes.PinnedTo[n] : _nodes.Owner[n];
            if (pool >= 0 && _nodes.Available[n] && !double.IsNaN(units[pool]))
                units[pool] += Served(n, pool);
        }

        return units;
    }

    private double Served(int node, int pool)
    {
        double served = double.PositiveInfinity;
        for (int r = 0; r < _resources.Count; r++)
        {
            double demand = _tree.UnitDemand[(pool * _resources.Count) + r];
            if (demand > 0)
                served = Math.Min(served, _nodes.AmountsOf(node)[r] / demand);
        }

        return served;
    }

    /// <summary>Lists the leases on demand, from what the session holds now: later changes do not reach it.</summary>
    private Func<NodeLease[]> Leases(int[] owners, long now)
    {
        (string[] ids, string[] pools, int[] before) = (_nodes.Ids, _tree.Names, _nodes.Owner);
        long[] since = [.. _nodes.Since];
        bool[] inTransit = [.. _nodes.InTransit];
        return () => [.. Enumerable.Range(0, owners.Length).Where(n => owners[n] != PlacementState.Nobody).Select(n => owners[n] == before[n]
            ? new NodeLease(ids[n], pools[owners[n]], since[n], inTransit[n])
            : new NodeLease(ids[n], pools[owners[n]], now, InTransit: true))];
    }

    private void CheckTotals(string id, long[] amounts, FaultList faults)
    {
        int known = _nodes.IndexOf(id);
        for (int r = 0; r < amounts.Length; r++)
        {
            Int128 sum = (Int128)_nodes.DeclaredTotal[r] + amounts[r] - (known >= 0 ? _nodes.AmountOf(known, r) : 0);
            if (sum > long.MaxValue)
                faults.Add("fleet", $"Capacity.{_resources.Names[r]}", $"adds up to {(decimal)sum / Quantity.Scale}, above {Quantity.Maximum}; declare the resource in a larger unit");
        }
    }
}
