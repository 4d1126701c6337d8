using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using HashBalancer.Allocation.Admission;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>A request's way from its key to its node and back into the counts, some thirty of them in flight at a time: with everything on
/// that chooses, admits, retries and ejects, and nothing failing; beside the owner alone.</summary>
public class SelectionBenchmarks
{
    private const int Requests = 1 << 16;
    private const int InFlight = 32;
    private const string Name = "items";

    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly NodeSelection[] _under = new NodeSelection[InFlight];
    private readonly PoolSnapshot _view = View();
    private readonly Pool _ownerOnly = PoolOf(new PoolPolicy { Bound = null, AffinityWait = null, ShareHotKeys = false, HeedPace = false, Outliers = new() { Enabled = false } });
    private readonly Pool _everything = PoolOf(new PoolPolicy
    {
        Admission = new AdmissionPolicy
        {
            Limit = 1000,
            NodeLimit = 500,
            Adaptive = true,
            MinLimit = 1000,
            Order = AdmissionOrder.Fair,
            ClassHeader = "X-Class",
            Classes = new() { ["gold"] = new() { Weight = 2 }, ["silver"] = new() },
        },
        Retry = new RetryPolicy { HedgeQuantile = 0.95, Statuses = [503] },
        Split = new TrafficSplit(Name, new Dictionary<string, SplitTarget> { ["canary"] = new() { Weight = 5 } }),
    });

    [GlobalSetup]
    public void Setup()
    {
        _everything.Gate!.Limit.Heed(_view);
        // What is hot is known by now.
        SelectWithEverything();
        _everything.Runtime.HotKeys!.Revise(_view.Ring.ServingCount);
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void SelectOwnerOnly()
    {
        for (int i = 0; i < Requests; i++)
        {
            ref NodeSelection place = ref _under[i % InFlight];
            if (place.Node is { } before)
                before.Load.End(failed: false);
            NodeWalk walk = _ownerOnly.WalkOf(_view, RingFixtures.ZipfHashes[i], isSafe: true, TimeProvider.System);
            place = _selector.Next(ref walk);
            place.Node!.Load.Begin();
        }

        Finish();
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void SelectWithEverything()
    {
        Pool pool = _everything;
        AdmissionGate gate = pool.Gate!;
        int cls = gate.ClassOf("gold");
        for (int i = 0; i < Requests; i++)
        {
            ref NodeSelection place = ref _under[i % InFlight];
            if (place.Node is { } before)
            {
                End(pool, before);
                gate.Leave(cls);
            }

#pragma warning disable CA2012 // Asked once: nobody has to wait here, so that the answer is there.
            if (gate.EnterAsync(cls, CancellationToken.None) is not { IsCompletedSuccessfully: true, Result: AdmissionResult.Admitted })
#pragma warning restore CA2012
                throw new InvalidOperationException("There is room for every request here.");
            // A canary of a twentieth, whose requests are counted here all the same.
            pool.Runtime.Traffic.Count(pool.Policy.Split!.ByWeight(RingFixtures.ZipfHashes[i]), SplitReason.Weight);
            NodeWalk walk = pool.WalkOf(_view, RingFixtures.ZipfHashes[i], isSafe: true, TimeProvider.System);
            place = _selector.Next(ref walk);
            pool.Runtime.Count(place.Reason);
            pool.Runtime.Budget.Deposit(pool.Policy.Retry.BudgetShare);
            pool.Runtime.Begin(in place);
            pool.Runtime.Health.Begin(place.Node!);
        }

        foreach (NodeSelection _ in _under)
            gate.Leave(cls);
        Finish();
    }

    /// <summary>As the gateway does when a node has answered well.</summary>
    private void End(Pool pool, Node node)
    {
        long now = TimeProvider.System.GetTimestamp();
        node.Load.End(failed: false, now - 10_000, now, TimeProvider.System.TimestampFrequency);
        pool.Runtime.Latencies.Record(TimeSpan.FromTicks(10_000));
        pool.Gate!.Limit.Took(TimeSpan.FromTicks(10_000), isFailure: false);
        pool.Runtime.Affinity.Finished();
        NodeRuntime.Of(node).Counts.Count(Outcome.Success);
        pool.Runtime.Health.Report(node, Outcome.Success, _view, pool.Policy.Outliers, TimeProvider.System);
    }

    private void Finish()
    {
        foreach (NodeSelection place in _under)
            place.Node!.Load.End(failed: false);
        Array.Clear(_under);
    }

    private static Pool PoolOf(PoolPolicy policy)
    {
        var pools = new PoolPolicies(TimeProvider.System);
        pools.Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal) { [Name] = policy });
        return pools.All.Single();
    }

    private static PoolSnapshot View()
    {
        var loads = new LoadTable();
        RingMember[] members = RingFixtures.Members(10);
        ImmutableArray<Node> nodes = [.. members.Select(member => new Node(member.Id, "10.0.0.1", 80, member.Weight, NodeState.Up, loads.Of(Name, member.Id)))];
        return new PoolSnapshot(Name, MembershipSource.Registry, nodes, HashRing.Build(members));
    }
}
