using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Thresholds;

/// <summary>Reads a threshold of a scenario file.</summary>
internal static class ThresholdReader
{
    private const double Highest = 1e12;
    private static readonly TimeSpan LongestDuration = TimeSpan.FromHours(1);

    public static Threshold? Read(Section section, IReadOnlyList<string> steps, IReadOnlyList<string> events)
    {
        Metric? metric = section.Kind("metric", Metrics.All);
        string step = section.Text("step", "");
        if (step.Length > 0 && !steps.Contains(step))
            section.Error("step", $"\"{step}\" is none of {Section.Listing(steps)}{NearestName.Hint(step, steps)}");
        else if (step.Length > 0 && metric is { OfSteps: false })
            section.Error("step", $"{metric.Name} is of the whole scenario: leave it out");

        else if (step.Length == 0 && metric?.ReadStep is not null)
            section.Error("step", $"is missing: {metric.Name} is of one step");
        string happening = section.Text("event", "");
        if (happening.Length > 0 && !events.Contains(happening))
            section.Error("event", $"\"{happening}\" is none of {Section.Listing(events)}{NearestName.Hint(happening, events)}");
        else if (happening.Length > 0 && metric is { ReadEvent: null })
            section.Error("event", $"{metric.Name} is of the whole scenario: leave it out");
        else if (happening.Length == 0 && metric?.ReadEvent is not null)
            section.Error("event", $"is missing: {metric.Name} is of one event");

        double? min = Bound(section, "min", metric);
        double? max = Bound(section, "max", metric);
        if (!section.Has("min") && !section.Has("max"))
            section.Error("metric", "has no bound: give min, max or both");
        if (min > max)
            section.Error("min", "is above max");
        string because = section.Text("because");
        section.Close();
        return metric is null ? null : new Threshold(metric, step.Length == 0 ? null : step, happening.Length == 0 ? null : happening, min, max, because);
    }

    private static double? Bound(Section section, string name, Metric? metric)
    {
        // Known though not given: the hint for a misspelt member lists it.
        section.Know(name);
        if (metric is null || !section.Has(name))
            return null;
        return metric.Unit == MetricUnit.Milliseconds
            ? section.Duration(name, TimeSpan.Zero, LongestDuration).TotalMilliseconds
            : section.Number(name, metric.Signed ? -Highest : 0, Highest);
    }
}
