using System.Globalization;
using HashBalancer.LoadTests.Faults;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>A registry, gateways and nodes on free loopback ports, each a process of its own that ends with this one.</summary>
internal sealed class Fleet : ITarget
{
    /// <summary>How long any of its processes may take to serve, on a machine that has other work.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly FleetPlan _plan;
    private readonly TimeProvider _time;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("hashbalancer-load-");
    private readonly List<FleetNode> _nodes = [];
    private INodeProgram? _program;

    private Fleet(FleetPlan plan, string assembly, TimeProvider time)
    {
        _plan = plan;
        _time = time;
        Registry = new FleetRegistry(assembly);
    }

    public FleetRegistry Registry { get; }

    public IReadOnlyList<FleetGateway> Gateways { get; private set; } = [];

    public IReadOnlyList<FleetNode> Nodes => _nodes;

    public IReadOnlyList<Entrance> Entrances => [.. Gateways.Select(g => g.Entrance)];

    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"{Gateways.Count} gateway{(Gateways.Count == 1 ? "" : "s")} before {_plan.Nodes} node{(_plan.Nodes == 1 ? "" : "s")}, started for it");

    Fleet ITarget.Fleet => this;

    /// <param name="plan">What to start.</param>
    /// <param name="assembly">The gateway's dll.</param>
    /// <param name="time">The clock of waiting.</param>
    /// <param name="cancellation">Gives up and ends what was started.</param>
    /// <exception cref="TargetException">It did not come up.</exception>
    public static async Task<Fleet> Start(FleetPlan plan, string assembly, TimeProvider time, CancellationToken cancellation)
    {
        var fleet = new Fleet(plan, assembly, time);
        try
        {
            await fleet.Registry.Start(cancellation);
            string configuration = await FleetConfiguration.Write(fleet._scratch, plan, cancellation);
            fleet._program = plan.Pools.Count == 0
                ? new ServingProgram(fleet.Registry.Address, plan.Work)
                : new SharedProgram(assembly, fleet.Registry.Address, plan.Pools.Keys, plan.Work, fleet._scratch);
            fleet.Gateways = [.. Enumerable.Range(1, plan.Gateways).Select(n => new FleetGateway(assembly, configuration, n, fleet.Registry.Address))];
            for (int i = 1; i <= plan.Nodes; i++)
                fleet.Add();
            await Task.WhenAll([.. fleet.Gateways.Select(g => g.Start(cancellation)), .. fleet._nodes.Select(n => n.Start(cancellation))]);
            await fleet.Serves(plan.Nodes, cancellation);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node of that id.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public FleetNode Node(string id) =>
        _nodes.Find(n => n.Id == id) ?? throw new TargetException($"there is no node {id}; known are {string.Join(", ", _nodes.Select(n => n.Id))}");

    /// <summary>A further node, not yet started, with the next number.</summary>
    public FleetNode Add()
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"node-{_nodes.Count + 1}");
        INodeProgram program = _program ?? throw new InvalidOperationException("The fleet has not started.");
        var node = new FleetNode(id, program, _plan.Faulty ? new FaultProxy(_time, seed: _nodes.Count) : null);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Returns when every gateway that runs serves exactly so many nodes, or, where pools share them, some for each pool.</summary>
    /// <exception cref="TargetException">It did not come to that in time.</exception>
    public async Task Serves(int nodes, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < StartLimit)
        {
            FleetGateway.GatewayState?[] states = await Task.WhenAll(Gateways.Where(g => g.ProcessId is not null).Select(g => g.State(_client, cancellation)));
            if (Array.TrueForAll(states, s => s is not null && Serving(s, nodes)))
                return;
            await Task.Delay(ProbeInterval, _time, cancellation);
        }

        throw new TargetException($"the gateways did not all serve {nodes} nodes within {StartLimit.TotalSeconds:0} s");
    }

    /// <summary>The gateway that leads, waited for.</summary>
    /// <exception cref="TargetException">None did in time.</exception>
    public async Task<FleetGateway> Leader(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        while (_time.GetElapsedTime(start) < StartLimit)
        {
            foreach (FleetGateway gateway in Gateways.Where(g => g.ProcessId is not null))
            {
                if (await gateway.State(_client, cancellation) is { Leads: true })
                    return gateway;
            }

            await Task.Delay(ProbeInterval, _time, cancellation);
        }

        throw new TargetException($"no gateway led within {StartLimit.TotalSeconds:0} s");
    }

    /// <summary>Asks a gateway's admin API to drain a node, or to take it back.</summary>
    /// <exception cref="TargetException">It did not.</exception>
    public async Task Drain(string node, bool back, CancellationToken cancellation)
    {
        FleetGateway gateway = Gateways.First(g => g.ProcessId is not null);
        var path = new Uri(gateway.Admin, $"/api/v1/pools/{FleetPlan.Pool}/nodes/{node}/{(back ? "undrain" : "drain")}");
        using HttpResponseMessage response = await _client.PostAsync(path, content: null, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new TargetException($"{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
    }

    public async ValueTask DisposeAsync()
    {
        // Gateways first: nobody needs what nodes do at their end. Side by side, each waits for its own.
        await Task.WhenAll(Gateways.Select(g => g.DisposeAsync().AsTask()));
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        await Registry.DisposeAsync();
        _client.Dispose();
        _scratch.Delete(recursive: true);
    }

    private bool Serving(FleetGateway.GatewayState state, int nodes) =>
        _plan.Pools.Count == 0 ? state.Up(FleetPlan.Pool) == nodes : _plan.Pools.Keys.All(p => state.Up(p) > 0);
}
