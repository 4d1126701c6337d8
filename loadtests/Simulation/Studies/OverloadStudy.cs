using HashBalancer.Allocation.Admission;
using HashBalancer.LoadTests.Reports;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>Who is served, and how much in all, when 1.3 times as much is asked for as the nodes can do?</summary>
internal sealed class OverloadStudy : IStudy
{
    public string Name => "overload";

    public void Run(Findings findings, double effort)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Max(10, 60 * effort));
        var table = new MarkdownTable("order, class", "asked for", "served", "turned away", "share of what is served");
        Overload byPriority = Overload.ByPriority(time), fair = Overload.Fair(time), adaptive = Overload.Adaptive(time);
        Add("priority", byPriority);
        Add("fair", fair);
        Add("priority, adaptive limit", adaptive);
        findings.Add("overload.goodput", Math.Min(byPriority.Goodput, fair.Goodput));
        findings.Add("overload.adaptive-goodput", adaptive.Goodput);
        findings.Add("overload.highest-lost", Math.Max(byPriority.Classes[0].Refused, adaptive.Classes[0].Refused));
        findings.Add("overload.fair-error", fair.Classes.Max(cls => Math.Abs((cls.ShareOfServed / cls.Entitled) - 1)));
        findings.Add(
            "Overload, 1.3 times the capacity, Zipf 1.0",
            $"Ten nodes; admission lets in 160 at once, four for each slot, 1,000 wait, for 1 s at most. Shares are of the capacity, all keys on their owners: served in all {byPriority.Goodput:0.000} by priority, {fair.Goodput:0.000} in fair order, {adaptive.Goodput:0.000} by priority with an adaptive limit of 10 to 1,000, which was {adaptive.Limit} in the end.", table);

        void Add(string order, Overload run)
        {
            foreach (ClassResult cls in run.Classes)
                table.Add($"{order}, {cls.Name}", $"{cls.Offered:0.000}", $"{cls.Served:0.000}", $"{cls.Refused:#,0}", $"{cls.ShareOfServed:0.000} of {cls.Entitled:0.000}");
        }
    }
}

/// <summary>What an overload made of its classes.</summary>
/// <param name="Classes">The most important first.</param>
/// <param name="Limit">Requests let in at once, in the end.</param>
internal sealed record Overload(IReadOnlyList<ClassResult> Classes, int Limit)
{
    private const double Load = 1.3;
    private const double Exponent = 1.0;

    /// <summary>What was served in all, over the capacity.</summary>
    public double Goodput => Classes.Sum(cls => cls.Served);

    /// <summary>Three classes, of which the lowest has to make room.</summary>
    public static Overload ByPriority(TimeSpan time) => Simulate(time, AdmissionOrder.Priority, [new("gold", 0.3, 2, 1), new("silver", 0.4, 1, 1), new("bronze", 0.6, 0, 1)]);

    /// <summary>The same three, and a limit that nobody had to know.</summary>
    public static Overload Adaptive(TimeSpan time) =>
        Simulate(time, AdmissionOrder.Priority, [new("gold", 0.3, 2, 1), new("silver", 0.4, 1, 1), new("bronze", 0.6, 0, 1)], isAdaptive: true);

    /// <summary>Three tenants, each of which asks for more than its weight.</summary>
    public static Overload Fair(TimeSpan time) => Simulate(time, AdmissionOrder.Fair, [new("heavy", 0.65, 0, 2), new("light", 0.35, 0, 1), new("eager", 0.3, 0, 1)]);

    private static Overload Simulate(TimeSpan time, AdmissionOrder order, Asked[] classes, bool isAdaptive = false)
    {
        var fleet = new FleetPlan();
        double capacity = Capacity.RequestsPerSecond(fleet, Exponent), weights = classes.Sum(cls => cls.Weight);
        var admission = new AdmissionPolicy
        {
            // Keys choose the nodes: with as many requests as slots, some nodes would idle while others queue. Two for each slot serve 0.92 of
            // the capacity, four 0.97, six 0.98.
            Limit = isAdaptive ? 1000 : 4 * fleet.Nodes * fleet.Slots,
            Adaptive = isAdaptive,
            Order = order,
            ClassHeader = "X-Class",
            Classes = classes.ToDictionary(cls => cls.Name, cls => new AdmissionClassPolicy { Priority = cls.Priority, Weight = cls.Weight }, StringComparer.Ordinal),
        };
        var pool = new SimulatedPool(new RunPlan
        {
            Fleet = fleet,
            Policy = Strategy.Default.Policy with { Admission = admission },
            Exponent = Exponent,
            Rate = Load * capacity,
            Classes = [.. classes.Select(cls => (cls.Name, cls.Load / Load))],
        });
        pool.Run(TimeSpan.FromSeconds(60));
        Measured run = Measured.By(pool, time);
        double whole = capacity * time.TotalSeconds, all = run.Met.Requests;
        return new Overload([.. classes.Select((cls, i) => new ClassResult(
            cls.Name, cls.Load, run.Met.ByClass(i).Served / whole, run.Met.ByClass(i).Refused, run.Met.ByClass(i).Served / all, cls.Weight / weights))], pool.Pool.Gate!.Limit.Current);
    }

    /// <param name="Name">The class.</param>
    /// <param name="Load">What it asks for, over the capacity.</param>
    /// <param name="Priority">Under priority.</param>
    /// <param name="Weight">In fair order.</param>
    private sealed record Asked(string Name, double Load, int Priority, double Weight);
}

/// <summary>What became of a class.</summary>
/// <param name="Name">The class.</param>
/// <param name="Offered">What it asked for, over the capacity.</param>
/// <param name="Served">What it got, over the capacity.</param>
/// <param name="Refused">Requests turned away.</param>
/// <param name="ShareOfServed">Its part of what was served in all.</param>
/// <param name="Entitled">Its part by weight.</param>
internal sealed record ClassResult(string Name, double Offered, double Served, long Refused, double ShareOfServed, double Entitled);
