using System.Globalization;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Thresholds;

/// <summary>A bound on a metric of a whole scenario or of one step.</summary>
/// <param name="Metric">What is bounded.</param>
/// <param name="Step">The step; null for whole iterations.</param>
/// <param name="Event">The event, by its name; null for metrics of runs.</param>
/// <param name="Min">The lowest value that passes, in the metric's unit; null for none.</param>
/// <param name="Max">The highest value that passes; null for none.</param>
/// <param name="Because">Why the bound is what it is.</param>
internal sealed record Threshold(Metric Metric, string? Step, string? Event, double? Min, double? Max, string Because)
{
    private string Name => Step is not null ? $"{Metric.Name} of step {Step}" : Event is not null ? $"{Metric.Name} by {Event}" : Metric.Name;

    private string Bound => (Min, Max) switch
    {
        ({ } min, { } max) => $"{Name} {Metric.Text(min)}..{Metric.Text(max)}",
        ({ } min, null) => $"{Name} ≥ {Metric.Text(min)}",
        (_, { } max) => $"{Name} ≤ {Metric.Text(max)}",
        _ => Name,
    };

    public ThresholdResult Judge(ScenarioResult result)
    {
        double? value = Read(result);
        string text = value switch
        {
            null => $"{Name} was not measured: {(Event is null ? "no answer told it" : $"{Event} did not happen in time")}",
            double v when v > Max => $"{Name} is {Metric.Text(v)}, {Excess(v - Max.Value, Max.Value)} above its maximum {Metric.Text(Max.Value)}",
            double v when v < Min => $"{Name} is {Metric.Text(v)}, {Excess(Min.Value - v, Min.Value)} below its minimum {Metric.Text(Min.Value)}",
            double v => $"{Name} is {Metric.Text(v)}",
        };
        bool passed = value is double d && !(d > Max) && !(d < Min);
        return new ThresholdResult(Bound, passed, value, text, Because);
    }

    private double? Read(ScenarioResult result)
    {
        if (Metric.ReadEvent is { } readEvent)
            return result.Events.FirstOrDefault(e => e.Name == Event) is { } happened ? readEvent(happened) : null;
        StepResult? step = Step is null ? null : result.Steps.First(s => s.Name == Step);
        return Metric.ReadStep is { } readStep ? readStep(step!) : Metric.Read(result, step?.Measured ?? result.Iterations);
    }

    private string Excess(double by, double bound) =>
        bound == 0 ? Metric.Text(by) : string.Create(CultureInfo.InvariantCulture, $"{Metric.Text(by)} ({by / Math.Abs(bound):P1})");
}
