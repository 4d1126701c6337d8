namespace HashBalancer.LoadTests.Load;

/// <summary>A rate that changes linearly.</summary>
/// <param name="From">Iterations per second at its start.</param>
/// <param name="To">Iterations per second at its end.</param>
/// <param name="Seconds">How long it lasts.</param>
internal sealed record RateSegment(double From, double To, double Seconds)
{
    /// <summary>Iterations that start in it.</summary>
    public double Iterations => (From + To) / 2 * Seconds;

    /// <summary>When so many iterations have started, in seconds since its start; inverts rate's integral, a parabola.</summary>
    public double TimeOf(double iterations)
    {
        double slope = (To - From) / Seconds;
        return slope == 0
            ? iterations / From
            : 2 * iterations / (From + Math.Sqrt(Math.Max(0, From * From + 2 * slope * iterations)));
    }
}

/// <summary>
/// Starts at a rate that changes with time, evenly spaced by the rate's integral: iteration k starts when k iterations are due.
/// The last segment's final rate goes on without end.
/// </summary>
internal sealed class PlannedArrivals(IReadOnlyList<RateSegment> plan) : IArrivals
{
    private const double NanosecondsPerSecond = 1e9;

    private int _segment;
    private double _segmentStart;
    private double _before;
    private long _number;

    public long Next()
    {
        double due = _number++;
        while (_segment < plan.Count && due - _before >= plan[_segment].Iterations)
        {
            _before += plan[_segment].Iterations;
            _segmentStart += plan[_segment].Seconds;
            _segment++;
        }

        double time = _segmentStart + (_segment < plan.Count ? plan[_segment].TimeOf(due - _before) : (due - _before) / plan[^1].To);
        return (long)(time * NanosecondsPerSecond);
    }
}
