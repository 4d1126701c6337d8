using HashBalancer.Allocation.Model;

namespace HashBalancer.Control.Tests;

/// <summary>A fleet whose agents and gateways do at once, or a set time later, what the leader wants; time passes step by step.</summary>
internal sealed class FleetWorld
{
    private readonly Dictionary<string, FleetLease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _known = new(StringComparer.Ordinal);

    public FleetWorld(int nodes) => Nodes = [.. Enumerable.Range(1, nodes).Select(i => new FleetNode($"n{i}") { Capacity = One })];

    private static Dictionary<string, decimal> One => new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = 1 };

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public List<FleetNode> Nodes { get; set; }

    public FleetRules Rules { get; set; } = new() { Notice = TimeSpan.FromSeconds(2), Round = TimeSpan.FromSeconds(1) };

    public string Policy { get; set; } = "drf";

    public IReadOnlyList<string> Resources { get; set; } = [AllocationOptions.NodesResource];

    public Dictionary<string, PoolSpec> Pools { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, double> Demands { get; } = new(StringComparer.Ordinal);

    /// <summary>How long an agent takes to start a service.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What an agent says instead of starting a pool's service, by node and pool.</summary>
    public Dictionary<(string Node, string Pool), string> Declines { get; } = [];

    public bool IsFrozen { get; set; }

    public long Epoch { get; private set; }

    public FleetDecision? Last { get; private set; }

    public FleetInput? LastInput { get; private set; }

    /// <summary>Every change of a node's phase or pool, in order.</summary>
    public List<(string Node, string? Pool, LeasePhase Phase)> Steps { get; } = [];

    public IReadOnlyDictionary<string, FleetLease> Leases => _leases;

    public void Pool(string name, double weight = 1, int guaranteed = 0, int maximum = 1000, Func<PoolSpec, PoolSpec>? with = null)
    {
        var pool = new PoolSpec(name)
        {
            Weight = weight,
            Guaranteed = new Dictionary<string, decimal>(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = guaranteed },
            Maximum = new Dictionary<string, decimal>(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = maximum },
            UnitDemand = One,
            Drain = TimeSpan.FromSeconds(10),
            Warm = TimeSpan.FromSeconds(10),
        };
        Pools[name] = with is null ? pool : with(pool);
    }

    public int Serving(string pool) => _leases.Values.Count(lease => lease.Pool == pool && lease.Serves && Nodes.Exists(node => node.Id == lease.Node && node.Available));

    public string Counts() => string.Join(" ", Pools.Keys.Order(StringComparer.Ordinal).Select(pool => $"{pool}={Serving(pool)}"));

    /// <summary>Rounds, a second apart.</summary>
    public void Run(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            Now += TimeSpan.FromSeconds(1);
            Round();
        }
    }

    /// <summary>A round at this moment.</summary>
    public void Round()
    {
        LastInput = Input();
        Last = FleetPlanner.Plan(LastInput);
        if (Last.Changed.Count == 0)
            return;
        Epoch++;
        foreach (FleetLease lease in Last.Changed)
        {
            FleetLease? before = _leases.GetValueOrDefault(lease.Node);
            Assert.Equal(Epoch, lease.Epoch);
            if (before?.Phase != lease.Phase || before.Pool != lease.Pool)
                Steps.Add((lease.Node, lease.Pool, lease.Phase));
            if (before?.Assigned != lease.Assigned)
                _known[lease.Node] = Now;
            _leases[lease.Node] = lease;
        }
    }

    public void Lose(string node) => Set(node, available: false);

    public void Return(string node) => Set(node, available: true);

    public FleetInput Input() => new()
    {
        Now = Now,
        Epoch = Epoch,
        IsFrozen = IsFrozen,
        Rules = Rules,
        Policy = Policy,
        Resources = Resources,
        Pools = [.. Pools.Values],
        Services = Pools.Keys.Where(name => !Pools.Values.Any(pool => pool.Parent == name)).ToDictionary(name => name, name => name + "-service", StringComparer.Ordinal),
        Demands = [.. Demands.Select(demand => new PoolDemand(demand.Key, demand.Value))],
        Nodes = Nodes,
        Leases = [.. _leases.Values],
        Progress = [.. _leases.Values.Where(lease => lease.Pool is not null).Select(Progress)],
    };

    private NodeProgress Progress(FleetLease lease)
    {
        bool isUp = Nodes.Exists(node => node.Id == lease.Node && node.Available);
        string? declined = Declines.GetValueOrDefault((lease.Node, lease.Pool!));
        AgentState state = declined is not null ? AgentState.Declined : Now - _known[lease.Node] >= StartTime ? AgentState.Running : AgentState.Starting;
        return new NodeProgress(lease.Node, isUp ? new AgentReport(state, lease.Assigned, lease.Instance, declined) : null, IsFollowed: true, IsWarm: state == AgentState.Running);
    }

    private void Set(string node, bool available)
    {
        int index = Nodes.FindIndex(one => one.Id == node);
        Nodes[index] = Nodes[index] with { Available = available };
    }
}
