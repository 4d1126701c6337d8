using System.Collections.Immutable;
using System.Globalization;
using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Rebalancing;

/// <summary>A pool under Zipf-distributed load, without queues: utilisation is load over speed. Time passes in intervals of 5 s.</summary>
internal sealed class FleetModel
{
    private const int SliceBits = 16;
    private const double RequestsPerSecond = 1000;

    private readonly RebalancingOptions _options = new();
    private readonly PoolRebalancer _rebalancer;
    private SliceRates _true = null!;
    private SliceRates _measured = null!;
    private double _sharedRate;

    public FleetModel(double skew, params double[] speeds)
    {
        Speeds = speeds;
        _rebalancer = new PoolRebalancer(_options);
        Ring = HashRing.Build(speeds.Select((_, i) => new RingMember(Name(i))));
        Draw(skew, seed: 1);
    }

    public double[] Speeds { get; }

    public HashRing Ring { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Key space moved by each plan, and when.</summary>
    public List<(DateTimeOffset At, double Share)> Moved { get; } = [];

    public bool Reports { get; init; } = true;

    /// <summary>Whether averages still reach further back with each step; here they are exact all the same.</summary>
    public bool IsYoung { get; set; }

    /// <summary>The nodes that are to leave.</summary>
    public ImmutableHashSet<string> Leaving { get; set; } = [];

    /// <summary>Arcs that an operator has given to nodes.</summary>
    public ImmutableArray<RingOverride> Ordered { get; init; } = [];

    /// <summary>The busiest node's true utilisation over the mean.</summary>
    public double Busiest => Enumerable.Range(0, Speeds.Length).Where(IsHere).Max(UtilisationOf);

    /// <summary>A node's true utilisation over the mean.</summary>
    public double UtilisationOf(int node)
    {
        double[] loads = Loads();
        int[] here = [.. Enumerable.Range(0, Speeds.Length).Where(IsHere)];
        return loads[node] / Speeds[node] / (here.Sum(i => loads[i]) / here.Sum(i => Speeds[i]));
    }

    /// <summary>New keys: 50,000, the i-th with 1/i^skew of the first's requests. Those above a quarter of a mean node's load are shared by all, as hot keys are.</summary>
    public void Draw(double skew, int seed)
    {
        var chance = new Random(seed);
        double[] slices = new double[1 << SliceBits];
        _sharedRate = 0;
        double[] parts = [.. Enumerable.Range(1, 50_000).Select(i => Math.Pow(i, -skew))];
        double sum = parts.Sum();
        foreach (double part in parts)
        {
            double rate = part / sum * RequestsPerSecond;
            if (rate > RequestsPerSecond / Speeds.Length / 4)
                _sharedRate += rate / Speeds.Length;
            else
                slices[chance.Next(slices.Length)] += rate;
        }

        (uint, double)[] all = [.. slices.Select((rate, i) => ((uint)i, rate))];
        (uint, double)[] heavy = [.. all.OrderByDescending(s => s.Item2).Take(1024).OrderBy(s => s.Item1)];
        _true = new SliceRates(SliceBits, all, 0);
        _measured = new SliceRates(SliceBits, heavy, slices.Sum() - heavy.Sum(h => h.Item2));
    }

    /// <summary>Goes on with another's ring, as a new leader does.</summary>
    public void TakeOver(HashRing ring) => Ring = ring;

    /// <summary>A node leaves the ring.</summary>
    public void Leave(string id)
    {
        Ring = Ring.WithMembers(Enumerable.Range(0, Ring.SlotCount).Select(Ring.MemberAt).OfType<RingMember>().Where(m => m.Id != id));
        Leaving = Leaving.Remove(id);
    }

    /// <summary>Lets an interval pass, and follows the plan.</summary>
    public RebalancePlan Step(Func<NodeReading, NodeReading>? distort = null)
    {
        Now += _options.Interval;
        double[] loads = Loads();
        NodeReading[] readings = [.. Speeds.Select((speed, i) => new NodeReading(
            Name(i), 1, loads[i], 0, loads[i] - _sharedRate, _sharedRate, loads[i] / speed, Reports ? loads[i] / speed / 300 : null, TimeSpan.FromHours(1)))];
        RebalancePlan plan = _rebalancer.Plan(new RebalancingState(Ring) { Leaving = Leaving }, new PoolReading([.. readings.Where(r => Ring.TryGetSlot(r.Id, out _)).Select(distort ?? (static r => r))], _measured, TimeSpan.FromHours(1)) { IsYoung = IsYoung }, Now, Ordered);
        Ring = Ring.WithOverrides(OverrideEdits.Over(plan.Overrides, Ordered));
        Moved.Add((Now, plan.MovedShare));
        return plan;
    }

    /// <summary>Steps until the busiest node is within a part of the mean; returns how many it took, at most <paramref name="most"/> + 1.</summary>
    public int StepsUntil(double busiest, int most)
    {
        int steps = 0;
        while (Busiest > busiest && steps <= most)
        {
            Step();
            steps++;
        }

        return steps;
    }

    public static string Name(int node) => $"node-{node}";

    private bool IsHere(int node) => Ring.TryGetSlot(Name(node), out _);

    private double[] Loads()
    {
        double[] loads = new double[Speeds.Length];
        for (int i = 0; i < loads.Length; i++)
            loads[i] = Ring.TryGetSlot(Name(i), out _) ? _sharedRate : 0;
        foreach (RingArc arc in Ring.Arcs())
            loads[int.Parse(Ring.MemberAt(arc.Slot)!.Value.Id.AsSpan(5), CultureInfo.InvariantCulture)] += _true.Of(arc.First, arc.Last);
        return loads;
    }
}
