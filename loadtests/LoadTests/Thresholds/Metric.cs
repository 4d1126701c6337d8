using System.Globalization;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Thresholds;

/// <summary>What a metric's number counts; it decides how bounds are written and shown.</summary>
internal enum MetricUnit
{
    Count,
    Ratio,
    PerSecond,
    Milliseconds,
    BytesPerMinute,
}

/// <summary>A number of a result that thresholds can bound.</summary>
/// <param name="Name">As scenario files write it.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Meaning">One line for reports and help.</param>
/// <param name="Read">Takes it from the result and the bounded step's or the iterations' measurements; null where it was not measured.</param>
/// <param name="OfSteps">It can be bounded for one step.</param>
internal sealed record Metric(
    string Name, MetricUnit Unit, string Meaning, Func<ScenarioResult, Measurements, double?> Read, bool OfSteps = false)
{
    /// <summary>Takes it from the bounded event's result instead; null for metrics of runs.</summary>
    public Func<EventResult, double?>? ReadEvent { get; init; }

    /// <summary>Takes it from the bounded step's result instead; null for metrics of runs.</summary>
    public Func<StepResult, double?>? ReadStep { get; init; }

    /// <summary>It can go below 0: slopes and drifts.</summary>
    public bool Signed { get; init; }

    public string Text(double value) => Unit switch
    {
        MetricUnit.Milliseconds => Durations.Text(TimeSpan.FromMilliseconds(value)),
        MetricUnit.PerSecond => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}/s"),
        MetricUnit.BytesPerMinute => string.Create(CultureInfo.InvariantCulture, $"{value / 1024:0.#} KiB/min"),
        MetricUnit.Ratio => string.Create(CultureInfo.InvariantCulture, $"{value:0.####}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };
}
