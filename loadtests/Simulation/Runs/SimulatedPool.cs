using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using HashBalancer.Simulation.Clock;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;

namespace HashBalancer.Simulation.Runs;

/// <summary>A gateway before simulated nodes: the gateway's own policies, snapshot, selection, waits, hot keys and counts, on virtual time.</summary>
internal sealed class SimulatedPool
{
    private const string Name = "items";
    private readonly RunPlan _plan;
    private readonly VirtualTime _time = new();
    private readonly NodeSelector _selector;
    private readonly PoolReviser _reviser;
    private readonly SimulatedNode[] _nodes;
    private readonly SnapshotStore _snapshots = new();
    private long _utilisationSince;

    public SimulatedPool(RunPlan plan)
    {
        _plan = plan;
        Traffic = new Traffic(plan.Fleet.Keys, plan.Exponent, plan.Seed);
        Pools = new PoolPolicies(_time);
        Pools.Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal) { [Name] = plan.Policy });
        Pool.Runtime.Use(new HotKeyShares(_time, cores: 1));
        View = ViewOf(plan.Fleet);
        Publish(View);
        _selector = new NodeSelector(new SeededSequence((ulong)plan.Seed));
        _reviser = new PoolReviser(Pools, _snapshots, new LoadTable(), _time);
        _nodes = [.. Enumerable.Range(0, View.Ring.SlotCount).Select(_ => new SimulatedNode(_time, plan.Fleet))];
        _ = _reviser.StartAsync(CancellationToken.None);
        Rebalancer = plan.Rebalancing is { } options ? new SimulatedRebalancer(this, options, _time) : null;
        new NextArrival(this).Happen();
    }

    /// <summary>What is asked for.</summary>
    public Traffic Traffic { get; }

    /// <summary>The gateway's pool.</summary>
    public Pool Pool => Pools.All.Single();

    /// <summary>The pool's nodes and ring.</summary>
    public PoolSnapshot View { get; private set; }

    /// <summary>What moves arcs by measured load; null: nothing does.</summary>
    public SimulatedRebalancer? Rebalancer { get; }

    /// <summary>Since the start.</summary>
    public TimeSpan Now => TimeSpan.FromTicks(_time.Now);

    /// <summary>What requests met; null: nobody counts.</summary>
    public Recorder? Recorder { get; set; }

    private PoolPolicies Pools { get; }

    /// <summary>The ring of a fleet, as every run has it.</summary>
    public static PoolSnapshot ViewOf(FleetPlan fleet)
    {
        var loads = new LoadTable();
        ImmutableArray<Node> nodes =
        [
            .. Enumerable.Range(0, fleet.Nodes).Select(i => $"{Name}-{i:00}").Select(id => new Node(id, "10.0.0.1", 80, 1, NodeState.Up, loads.Of(Name, id))),
        ];
        return new PoolSnapshot(Name, MembershipSource.Registry, nodes, HashRing.Build(nodes.Select(node => new RingMember(node.Id, node.Weight))));
    }

    /// <summary>Makes a node slower or faster from now on, for work not yet begun.</summary>
    /// <param name="slot">The node's slot in the ring.</param>
    /// <param name="speed">1 is as planned.</param>
    public void SetSpeed(int slot, double speed) => _nodes[slot].Speed = speed;

    /// <summary>The slot of the i-th node, from 0.</summary>
    public int SlotOf(int node) => SlotOf(View.Nodes[node].Id);

    /// <summary>Puts a view in force for requests that come from now on.</summary>
    [MemberNotNull(nameof(View))]
    public void Publish(PoolSnapshot view)
    {
        View = view;
        _snapshots.Publish(new Snapshot(_snapshots.Current.Version + 1, new Dictionary<string, PoolSnapshot>(StringComparer.Ordinal) { [Name] = view }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>Goes on for so long.</summary>
    public void Run(TimeSpan time) => _time.Run(_time.Now + time.Ticks);

    /// <summary>Each node's share of its slots' time that was work, since the last call.</summary>
    public double[] TakeUtilisation()
    {
        long elapsed = _time.Now - _utilisationSince;
        _utilisationSince = _time.Now;
        return [.. _nodes.Select(node => node.TakeUtilisation(elapsed))];
    }

    private int SlotOf(string nodeId) => View.Ring.TryGetSlot(nodeId, out int slot) ? slot : throw new UnreachableException(nodeId);

    private sealed class NextArrival(SimulatedPool pool) : Happening
    {
        public override void Happen()
        {
            if (pool._time.Now > 0)
            {
                var request = new Request(pool) { Key = pool.Traffic.NextKey(), Class = pool.Traffic.NextClass(pool._plan.Classes), Arrived = pool._time.Now, Work = pool._plan.IsWorkFixed ? 1 : pool.Traffic.NextWork() };
                pool._time.Begin(request.Serve);
            }

            pool._time.Schedule(pool._time.Now + Math.Max(1, pool.Traffic.NextGap(pool._plan.Rate * RampShare())), this);
        }

        private double RampShare() => pool.Now >= pool._plan.Ramp ? 1 : 0.2 + (0.8 * (pool.Now / pool._plan.Ramp));
    }

    private sealed class Request(SimulatedPool pool) : Visit
    {
        private NodeSelection _selection;
        private long _begun;
        private int _admittedAs;

        public required long Arrived { get; init; }

        /// <summary>As the gateway's middleware does, from admission over the key to the node.</summary>
        public async Task Serve()
        {
            if (pool.Pool.Gate is { } gate)
            {
                _admittedAs = gate.ClassOf(pool._plan.Classes.Count > 0 ? pool._plan.Classes[Class].Name : null);
                if (await gate.EnterAsync(_admittedAs, CancellationToken.None) != AdmissionResult.Admitted)
                {
                    pool.Recorder?.Refused(Class);
                    return;
                }
            }

            NodeWalk walk = pool.Pool.WalkOf(pool.View, pool.Traffic.HashOf(Key), isSafe: true, pool._time);
            _selection = pool._selector.Next(ref walk);
            if (Pool.MustWait(in walk, in _selection))
                _selection = pool._selector.AfterWait(ref walk, _selection, await pool.Pool.Wait(walk, _selection, pool._time, CancellationToken.None));
            CountPlace(in walk, _selection.Node!);
            pool.Pool.Runtime.Begin(in _selection);
            _begun = pool._time.Now;
            pool._nodes[pool.SlotOf(_selection.Node!.Id)].Accept(this);
        }

        private static void CountPlace(in NodeWalk walk, Node node)
        {
            if (walk.Sharers == 1)
                node.Load.Pool.CountKey(walk.Hash!.Value);
            else
                node.Load.CountShared();
        }

        public override void Happen()
        {
            Node node = _selection.Node!;
            int slot = pool.SlotOf(node.Id);
            pool._nodes[slot].Done();
            node.Load.End(failed: false, _begun, pool._time.Now, pool._time.TimestampFrequency);
            if (pool._plan.Reports && pool.Rebalancer is not null)
                node.Load.Report((float)pool._nodes[slot].Reported, (uint)(pool._time.Now / TimeSpan.TicksPerMillisecond));
            pool.Pool.Runtime.Affinity.Finished();
            if (pool.Pool.Gate is { Limit.IsAdaptive: true } adaptive)
                adaptive.Limit.Took(TimeSpan.FromTicks(pool._time.Now - _begun), isFailure: false);
            pool.Pool.Gate?.Leave(_admittedAs);
            pool.Recorder?.Served(Class);
            pool.Recorder?.Record(
                _selection.Reason, isOwner: pool.View.Ring.Owner(pool.Traffic.HashOf(Key)) == slot, WasHeld, _begun - Arrived, pool._time.Now - Arrived);
        }
    }
}
