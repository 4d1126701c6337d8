using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Whether measured load moves arcs.</summary>
public enum RebalancingMode
{
    /// <summary>Nothing is planned: the ring alone decides.</summary>
    Off,

    /// <summary>The leader plans and publishes what it would do; no arc moves.</summary>
    Observe,

    /// <summary>The leader's plans move arcs.</summary>
    On,
}

/// <summary>How measured load moves arcs. Configuration section <c>HashBalancer:Rebalancing</c>.</summary>
public sealed class RebalancingOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Rebalancing";

    /// <summary>Whether plans are made and followed; default <see cref="RebalancingMode.Observe"/>: see first what would move.</summary>
    public RebalancingMode Mode { get; set; } = RebalancingMode.Observe;

    /// <summary>
    /// How far a node's utilisation may stray from the mean before an arc moves, as a part of the mean; 0.01 to 1, default 0.05.
    /// Nodes that report no utilisation of their own get twice as much: what a gateway sees of them is noisier. While averages are young (four minutes from the
    /// start, and after load shifted) it is 0.6 of that.
    /// </summary>
    public double Tolerance { get; set; } = 0.05;

    /// <summary>The time between two plans; 1 s to 1 min, default 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most key space that one plan moves; 0.0001 to 1, default 0.02: a cold cache for one key in fifty at a time.</summary>
    public double PlanBudget { get; set; } = 0.02;

    /// <summary>
    /// The most key space that all plans of <see cref="BudgetWindow"/> move; 0.0001 to 1, default 0.09, as Slicer (OSDI 2016) allows. Twice as much in the first
    /// window of a pool that no plan has moved anything in yet.
    /// </summary>
    public double WindowBudget { get; set; } = 0.09;

    /// <summary>The time that <see cref="WindowBudget"/> is for; 1 min to 1 d, default 10 min.</summary>
    public TimeSpan BudgetWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an arc that moved stays where it is; 0 to 1 h, default 60 s, so that its keys' caches fill before it is judged.</summary>
    public TimeSpan Dwell { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that is new, and a leader that is new, are watched before anything moves by them; 0 to 10 min, default 10 s.</summary>
    public TimeSpan Blackout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest that a node which an operator drains serves on while its arcs are handed to others, a few with each plan; 0 to 1 h, default 60 s. 0: it leaves
    /// at once, and all of its keys' caches are cold at once. In mode <see cref="RebalancingMode.On"/> only.
    /// </summary>
    public TimeSpan HandOverTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most overrides of a pool; 1 to 8,000, default 2,000: some 60 KB in the registry, which takes 512 KB.</summary>
    public int MostOverrides { get; set; } = 2000;

    /// <summary>Checks every member.</summary>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        OptionFaults faults = new(Section);
        faults.Check(nameof(Mode), Mode, Enum.IsDefined(Mode), "Off, Observe and On");
        faults.Check(nameof(Tolerance), Tolerance, Tolerance is >= 0.01 and <= 1, "0.01 to 1");
        faults.CheckTime(nameof(Interval), Interval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        faults.Check(nameof(PlanBudget), PlanBudget, PlanBudget is >= 0.0001 and <= 1, "0.0001 to 1");
        faults.Check(nameof(WindowBudget), WindowBudget, WindowBudget is >= 0.0001 and <= 1, "0.0001 to 1");
        faults.CheckTime(nameof(BudgetWindow), BudgetWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        faults.CheckTime(nameof(Dwell), Dwell, TimeSpan.Zero, TimeSpan.FromHours(1));
        faults.CheckTime(nameof(Blackout), Blackout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        faults.CheckTime(nameof(HandOverTime), HandOverTime, TimeSpan.Zero, TimeSpan.FromHours(1));
        faults.Check(nameof(MostOverrides), MostOverrides, MostOverrides is >= 1 and <= 8000, "1 to 8000");
        return faults.All;
    }
}

/// <summary>Refuses rebalancing options that are out of range.</summary>
internal sealed class RebalancingOptionsValidator : IValidateOptions<RebalancingOptions>
{
    public ValidateOptionsResult Validate(string? name, RebalancingOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
