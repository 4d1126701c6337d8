using System.Globalization;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Thresholds;

/// <summary>A bound on a metric of a whole scenario or of one step.</summary>
/// <param name="Metric">What is bounded.</param>
/// <param name="Step">The step; null for whole iterations.</param>
/// <param name="Min">The lowest value that passes, in the metric's unit; null for none.</param>
/// <param name="Max">The highest value that passes; null for none.</param>
/// <param name="Because">Why the bound is what it is.</param>
internal sealed record Threshold(Metric Metric, string? Step, double? Min, double? Max, string Because)
{
    private string Name => Step is null ? Metric.Name : $"{Metric.Name} of step {Step}";

    private string Bound => (Min, Max) switch
    {
        ({ } min, { } max) => $"{Name} {Metric.Text(min)}..{Metric.Text(max)}",
        ({ } min, null) => $"{Name} ≥ {Metric.Text(min)}",
        (_, { } max) => $"{Name} ≤ {Metric.Text(max)}",
        _ => Name,
    };

    public ThresholdResult Judge(ScenarioResult result)
    {
        Measurements measured = Step is null ? result.Iterations : result.Steps.First(s => s.Name == Step).Measured;
        double? value = Metric.Read(result, measured);
        string text = value switch
        {
            null => $"{Name} was not measured: no answer told it",
            double v when v > Max => $"{Name} is {Metric.Text(v)}, {Excess(v - Max.Value, Max.Value)} above its maximum {Metric.Text(Max.Value)}",
            double v when v < Min => $"{Name} is {Metric.Text(v)}, {Excess(Min.Value - v, Min.Value)} below its minimum {Metric.Text(Min.Value)}",
            double v => $"{Name} is {Metric.Text(v)}",
        };
        bool passed = value is double d && !(d > Max) && !(d < Min);
        return new ThresholdResult(Bound, passed, value, text, Because);
    }

    private string Excess(double by, double bound) =>
        bound == 0 ? Metric.Text(by) : string.Create(CultureInfo.InvariantCulture, $"{Metric.Text(by)} ({by / bound:P1})");
}
