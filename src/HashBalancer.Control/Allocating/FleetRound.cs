using HashBalancer.Allocation.Model;

namespace HashBalancer.Control;

/// <summary>What a leader keeps from round to round: how pools were sized, how old reports are, what was said already. Not thread-safe.</summary>
internal sealed class FleetRound(AllocationOptions options, TimeProvider time)
{
    private readonly GatewayReports _reports = new(time);
    private readonly Dictionary<string, PoolSizer> _sizers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SizedPool> _sizings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _goneSince = new(StringComparer.Ordinal);
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private readonly long _began = time.GetTimestamp();
    private bool _maySolve;
    private string? _hold;

    /// <summary>Whether something was not said before.</summary>
    public bool IsNew(string what) => _said.Add(what);

    /// <summary>Puts together what the round decides by.</summary>
    public FleetInput Input(FleetPicture picture, List<FleetNode> nodes, IReadOnlyDictionary<string, AllocatedPool> pools)
    {
        _reports.Take(picture.Traffic, options.StaleAfter);
        DateTimeOffset now = time.GetUtcNow();
        FleetLease[] leases = [.. picture.Leases.Values.Select(lease => lease.Lease).OrderBy(lease => lease.Node, StringComparer.Ordinal)];
        // A leader that does not know yet what all gateways see ends what is under way, and begins nothing.
        _maySolve |= _reports.AreComplete && time.GetElapsedTime(_began) >= (options.Takeover < options.Interval * 2 ? options.Takeover : options.Interval * 2);
        _maySolve |= _reports.Fresh.Count > 0 && time.GetElapsedTime(_began) >= options.Takeover;
        _hold = options.Mode != AllocationMode.On ? "observe only: nothing moves"
            : picture.Controls.Frozen ? "frozen by an operator"
            : !_maySolve ? "a new leader waits for the reports of gateways"
            : !_reports.AreComplete ? "a gateway has not reported lately: every pool keeps what it has"
            : null;
        int zones = Math.Max(1, nodes.Where(node => node.Available).Select(node => node.Zone).Distinct(StringComparer.Ordinal).Count());
        List<PoolSpec> specs = [.. PoolSpecs.Groups(options)];
        List<PoolDemand> demands = [];
        Dictionary<string, string> services = new(StringComparer.Ordinal);
        ILookup<string, FleetLease> serving = leases.Where(lease => lease.Serves).ToLookup(lease => lease.Pool!, StringComparer.Ordinal);
        foreach ((string name, AllocatedPool pool) in pools.OrderBy(pool => pool.Key, StringComparer.Ordinal))
        {
            SizedPool sizing = Size(name, pool.Options, serving[name].Count(), zones, now);
            services.Add(name, pool.Service);
            demands.Add(new PoolDemand(name, sizing.Need?.Wanted ?? pool.Options.Minimum));
            specs.Add(With(PoolSpecs.Leaf(name, pool.Options), picture.Controls, sizing.IsStale));
        }

        return new FleetInput
        {
            Now = now,
            Epoch = Math.Max(picture.Epoch?.Number ?? 0, leases.Select(lease => lease.Epoch).DefaultIfEmpty().Max()),
            IsFrozen = picture.Controls.Frozen || !_maySolve,
            Rules = FleetRules.Of(options),
            Resources = PoolSpecs.ResourcesOf(options).Names,
            Policy = options.Policy,
            Pools = specs,
            Services = services,
            Demands = demands,
            Nodes = nodes,
            Leases = leases,
            Progress = [.. leases.Where(lease => lease.Phase != LeasePhase.Free).Select(lease => ProgressOf(lease, picture))],
        };
    }

    /// <summary>What is shown of the round.</summary>
    public AllocationState State(FleetInput input, FleetDecision plan, FleetPicture picture, bool published, string leader)
    {
        bool isOn = options.Mode == AllocationMode.On;
        // What was not published is not so: the plan's leases are shown when they are everybody's.
        IReadOnlyList<FleetLease> leases = published ? plan.Leases : input.Leases;
        Dictionary<string, FleetLease> byNode = leases.ToDictionary(lease => lease.Node, StringComparer.Ordinal);
        FleetNodeState[] nodes = [.. input.Nodes.Select(node => new FleetNodeState(
            node.Id, node.Available, node.Zone, node.Capacity, byNode.GetValueOrDefault(node.Id) ?? new FleetLease(node.Id), picture.Agents.GetValueOrDefault(node.Id)))];
        IReadOnlyList<WaitingMove> waiting = isOn ? plan.Waiting : [.. plan.Allocation?.Plan.Moves.Select(move => new WaitingMove(move.Move.Node, move.Move.From, move.Move.To, "being switched on")) ?? []];
        FleetDecision shown = plan with { Leases = leases, Waiting = waiting };
        return new AllocationState
        {
            Mode = options.Mode,
            Frozen = picture.Controls.Frozen,
            Epoch = published ? input.Epoch + 1 : input.Epoch,
            Leader = leader,
            At = input.Now,
            Gateways = _reports.Fresh.Count,
            Hold = _hold,
            Fault = plan.Fault,
            Fleet = new FleetFigures(nodes.Length, nodes.Count(node => node.Available), nodes.Count(node => node is { Available: true, Lease.Phase: LeasePhase.Free })),
            Pools = StateBuilder.Pools(input, shown, _sizings),
            Nodes = nodes,
            Waiting = waiting,
        };
    }

    /// <summary>Nodes that have leases and have not been registered for so long that they are forgotten.</summary>
    public string[] Gone(FleetPicture picture, List<FleetNode> nodes, TimeSpan limit)
    {
        HashSet<string> present = [.. nodes.Select(node => node.Id)];
        DateTimeOffset now = time.GetUtcNow();
        foreach (string back in _goneSince.Keys.Where(node => present.Contains(node) || !picture.Leases.ContainsKey(node)).ToArray())
            _goneSince.Remove(back);
        foreach (string node in picture.Leases.Keys.Where(node => !present.Contains(node)))
            _goneSince.TryAdd(node, now);
        return [.. _goneSince.Where(gone => now - gone.Value >= limit).Select(gone => gone.Key)];
    }

    private SizedPool Size(string name, PoolAllocationOptions pool, int serving, int zones, DateTimeOffset now)
    {
        PoolTraffic? traffic = _reports.AreComplete ? _reports.TrafficOf(name) : null;
        SizedPool before = _sizings.GetValueOrDefault(name, new SizedPool(null, null, IsStale: true));
        if (traffic is null)
            return _sizings[name] = before with { IsStale = true };
        if (!_sizers.TryGetValue(name, out PoolSizer? sizer))
            _sizers.Add(name, sizer = new PoolSizer());
        PoolNeed need = sizer.Size(pool, traffic, serving, zones, pool.DrainTime + options.Notice + pool.WarmTime, now);
        return _sizings[name] = new SizedPool(need, traffic, IsStale: false);
    }

    /// <summary>A pool with what operators want of it.</summary>
    public static PoolSpec With(PoolSpec pool, FleetControls controls, bool isStale)
    {
        string[] pins = [.. controls.Pins.Where(pin => pin.Value == pool.Name).Select(pin => pin.Key)];
        return pool with
        {
            // An operator's pin counts for more than a configured one to another pool.
            Pinned = [.. pool.Pinned.Where(node => !controls.Pins.ContainsKey(node)).Concat(pins).Distinct(StringComparer.Ordinal)],
            Frozen = pool.Frozen || isStale || controls.FrozenPools.Contains(pool.Name, StringComparer.Ordinal),
            Reclaimable = pool.Reclaimable && !controls.OptedOut.Contains(pool.Name, StringComparer.Ordinal),
        };
    }

    private NodeProgress ProgressOf(FleetLease lease, FleetPicture picture)
    {
        AgentReport? agent = picture.Agents.TryGetValue(lease.Node, out AgentReport? report) && report.Assigned == lease.Assigned ? report : null;
        if (!lease.IsUnderWay)
            return new NodeProgress(lease.Node, agent);
        TransitNode[] seen = [.. _reports.All.Select(gateway => gateway.Nodes.FirstOrDefault(node => node.Instance == lease.Instance && node.Pool == lease.Pool)).OfType<TransitNode>()];
        bool isFollowed = _reports.All.Count > 0 && _reports.All.All(gateway => gateway.Epoch >= lease.Epoch);
        return new NodeProgress(
            lease.Node, agent, isFollowed, seen.Sum(node => node.InFlight), isFollowed && seen.Length > 0 && Array.TrueForAll(seen, node => node.Warmed),
            seen.Sum(node => node.WarmSent), seen.Sum(node => node.WarmFailed));
    }
}
