using System.Diagnostics;
using HashBalancer.Allocation.Model;
using HashBalancer.Control;

namespace HashBalancer.Simulation.Day;

/// <summary>What a day of a fleet came to.</summary>
internal sealed record DayResult
{
    public int Nodes { get; init; }

    public int Pools { get; init; }

    public int Rounds { get; set; }

    /// <summary>Nodes taken from one pool for another.</summary>
    public int Moves { get; set; }

    /// <summary>Nodes given to a pool, be it free ones or others' ones.</summary>
    public int Starts { get; set; }

    /// <summary>The most that all pools together wanted, in nodes.</summary>
    public int MostWanted { get; set; }

    /// <summary>Hours in which they wanted more than was available.</summary>
    public double ScarceHours { get; set; }

    /// <summary>The most of <see cref="Moves"/> in an hour.</summary>
    public int BusiestHour { get; set; }

    public int Failures { get; set; }

    /// <summary>Rounds of pools.</summary>
    public long PoolRounds { get; set; }

    /// <summary>Of these, with fewer nodes serving than the guarantee covers of what is wanted.</summary>
    public long BelowGuarantee { get; set; }

    /// <summary>The longest that a pool was so, in rounds.</summary>
    public int LongestBelow { get; set; }

    /// <summary>Node-hours that loads kept busy.</summary>
    public double LoadHours { get; set; }

    /// <summary>Node-hours of load beyond what the nodes that served could do.</summary>
    public double UnservedHours { get; set; }

    /// <summary>Node-hours that pools wanted beyond what they had, the spare that they want counted.</summary>
    public double WantedHours { get; set; }

    public double ShortHours { get; set; }

    public List<double> RoundMilliseconds { get; } = [];

    public TimeSpan Wall { get; set; }
}

/// <summary>A day of a fleet in virtual time: the gateway's own sizing and planning of every round, before pools whose load comes and goes and nodes that fail.</summary>
internal static class FleetDay
{
    /// <summary>Between two rounds; a node is drained, starts and is warmed in one round each.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Repair = TimeSpan.FromMinutes(30);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, decimal> One = new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = 1 };

    public static DayResult Run(int nodes, int pools, TimeSpan length, int seed)
    {
        long began = Stopwatch.GetTimestamp();
        var chance = new Random(seed);
        DayPool[] loads = Pools(nodes, pools, chance);
        PoolSpec[] specs = Specs(loads, chance);
        int[] guarantees = [.. specs.Where(spec => spec.Parent is not null).Select(spec => (int)spec.Guaranteed[AllocationOptions.NodesResource])];
        Dictionary<string, string> services = loads.ToDictionary(pool => pool.Name, pool => pool.Name, StringComparer.Ordinal);
        var options = new PoolAllocationOptions { TargetUtilisation = 0.7 };
        PoolSizer[] sizers = [.. loads.Select(_ => new PoolSizer())];
        FleetNode[] fleet = [.. Enumerable.Range(0, nodes).Select(i => new FleetNode($"n{i:00000}") { Capacity = One, Zone = $"z{i % 3}" })];
        DateTimeOffset[] backAt = new DateTimeOffset[nodes];
        FleetLease[] leases = [];
        int[] below = new int[loads.Length], serving = new int[loads.Length];
        Dictionary<string, int> indexes = Enumerable.Range(0, loads.Length).ToDictionary(i => loads[i].Name, StringComparer.Ordinal);
        var result = new DayResult { Nodes = nodes, Pools = pools };
        long epoch = 0;
        int movesInHour = 0;
        double hours = Round.TotalHours;
        for (DateTimeOffset now = Start; now < Start + length; now += Round)
        {
            if (now.Minute == 0 && now.Second == 0)
                movesInHour = 0;
            Fail(fleet, backAt, chance, now, result);
            CountServing(fleet, leases, indexes, serving);
            var demands = new PoolDemand[loads.Length];
            for (int p = 0; p < loads.Length; p++)
            {
                double load = loads[p].LoadAt((now - Start) / TimeSpan.FromDays(1));
                // A node does what it does; what is beyond waits or is refused.
                var traffic = new PoolTraffic(loads[p].Name, load, 0, 1, load, 0, load, serving[p]);
                int wanted = sizers[p].Size(options, traffic, serving[p], 1, TimeSpan.Zero, now).Wanted;
                demands[p] = new PoolDemand(loads[p].Name, wanted);
                if (now - Start < TimeSpan.FromMinutes(10))
                    continue;
                Judge(result, p, wanted, load, serving[p], guarantees[p], below, hours);
            }

            var input = new FleetInput
            {
                Now = now,
                Epoch = epoch,
                Rules = new FleetRules { MostMoves = 500, ReclaimPerRound = 0.1 },
                Pools = specs,
                Services = services,
                Demands = demands,
                Nodes = fleet,
                Leases = leases,
                Progress = [.. leases.Where(lease => lease.IsUnderWay).Select(lease => new NodeProgress(
                    lease.Node, new AgentReport(AgentState.Running, lease.Assigned, lease.Instance), IsFollowed: true, IsWarm: true))],
            };
            long planned = Stopwatch.GetTimestamp();
            FleetDecision plan = FleetPlanner.Plan(input);
            result.RoundMilliseconds.Add(Stopwatch.GetElapsedTime(planned).TotalMilliseconds);
            if (plan.Fault is not null)
                throw new InvalidOperationException(plan.Fault);
            int moved = plan.Changed.Count(lease => lease is { Phase: LeasePhase.Draining, Next: not null } && lease.Since == now);
            if (now - Start >= TimeSpan.FromMinutes(10))
            {
                result.Moves += moved;
                result.Starts += plan.Changed.Count(lease => lease.Phase == LeasePhase.Starting && lease.Since == now);
                int all = (int)demands.Sum(demand => demand.Units);
                result.MostWanted = Math.Max(result.MostWanted, all);
                result.ScarceHours += all > fleet.Count(node => node.Available) ? hours : 0;
                movesInHour += moved;
                result.BusiestHour = Math.Max(result.BusiestHour, movesInHour);
            }

            leases = [.. plan.Leases];
            epoch += plan.Changed.Count > 0 ? 1 : 0;
            result.Rounds++;
        }

        result.Wall = Stopwatch.GetElapsedTime(began);
        return result;
    }

    private static void Judge(DayResult result, int pool, int wanted, double load, int serving, int guarantee, int[] below, double hours)
    {
        result.PoolRounds++;
        bool isBelow = serving < Math.Min(guarantee, wanted);
        below[pool] = isBelow ? below[pool] + 1 : 0;
        result.BelowGuarantee += isBelow ? 1 : 0;
        result.LongestBelow = Math.Max(result.LongestBelow, below[pool]);
        result.LoadHours += load * hours;
        result.UnservedHours += Math.Max(0, load - serving) * hours;
        result.WantedHours += wanted * hours;
        result.ShortHours += Math.Max(0, wanted - serving) * hours;
    }

    /// <summary>Pools of very different sizes that together want most of the fleet in the mean, and more than there is for some hours.</summary>
    private static DayPool[] Pools(int nodes, int pools, Random chance)
    {
        double[] sizes = [.. Enumerable.Range(0, pools).Select(_ => Math.Pow(1 - chance.NextDouble(), -1 / 1.6))];
        double scale = 0.85 * nodes / sizes.Sum();
        return [.. sizes.Select((size, i) => new DayPool($"p{i:0000}", Math.Max(1, (int)Math.Round(size * scale)), chance))];
    }

    /// <summary>Ten groups by dominant resource fairness, each with pools by the same; half of what a pool needs at its highest is guaranteed.</summary>
    private static PoolSpec[] Specs(DayPool[] pools, Random chance)
    {
        PoolSpec[] leaves = [.. pools.Select((pool, i) => new PoolSpec(pool.Name)
        {
            Parent = $"group-{i % 10}",
            Weight = 1 + chance.Next(4),
            Guaranteed = Nodes(Math.Max(1, (int)(pool.Peak * 0.5 / 0.7))),
            UnitDemand = One,
            Drain = Round,
            Warm = Round,
        })];
        return [.. Enumerable.Range(0, 10).Select(g => new PoolSpec($"group-{g}") { Weight = 1 + (g % 3) }), .. leaves];
    }

    /// <summary>Each node fails once in thirty days in the mean, and is back after half an hour.</summary>
    private static void Fail(FleetNode[] fleet, DateTimeOffset[] backAt, Random chance, DateTimeOffset now, DayResult result)
    {
        double risk = Round / TimeSpan.FromDays(30);
        for (int n = 0; n < fleet.Length; n++)
        {
            if (!fleet[n].Available && now >= backAt[n])
                fleet[n] = fleet[n] with { Available = true };
            if (!fleet[n].Available || chance.NextDouble() >= risk)
                continue;
            fleet[n] = fleet[n] with { Available = false };
            backAt[n] = now + Repair;
            result.Failures++;
        }
    }

    private static void CountServing(FleetNode[] fleet, FleetLease[] leases, Dictionary<string, int> indexes, int[] serving)
    {
        Array.Clear(serving);
        // Both are in order of id.
        for (int l = 0, n = 0; l < leases.Length; l++)
        {
            while (fleet[n].Id != leases[l].Node)
                n++;
            if (leases[l].Serves && fleet[n].Available)
                serving[indexes[leases[l].Pool!]]++;
        }
    }

    private static Dictionary<string, decimal> Nodes(int count) => new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = count };
}
