namespace HashBalancer.Allocation.Sizing.Forecast;

/// <summary>What demand a time of the day or week usually brings: one smoothed peak for every slot of a season.</summary>
/// <remarks>
/// <para>Seasonal exponential smoothing without trend (Winters, "Forecasting Sales by Exponentially Weighted Moving Averages", 1960): the
/// peak observed in a slot moves its level by <c>smoothing</c> towards itself, once a season.</para>
/// <para>A forecast serves as a lower bound only. <see cref="LowerBound"/> raises a reactive demand in time for what takes minutes to
/// start; it never lowers one, so a wrong forecast costs nodes and never requests.</para>
/// <para>Time is passed in, counted from any fixed origin. Not thread-safe. O(slots of the horizon) for a question.</para>
/// </remarks>
public sealed class SeasonalForecast
{
    private readonly TimeSpan _slot;
    private readonly double _smoothing;
    private readonly double?[] _levels;
    private long _current = long.MinValue;
    private double _peak;

    /// <summary>A forecast that knows nothing yet.</summary>
    /// <param name="season">What repeats, such as a day or a week; above 0.</param>
    /// <param name="slots">Into how many equal parts it is cut; 1 or more.</param>
    /// <param name="smoothing">How much the newest season counts; above 0, to 1. Default 0.3.</param>
    public SeasonalForecast(TimeSpan season, int slots, double smoothing = 0.3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(season, TimeSpan.FromTicks(slots));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(smoothing);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(smoothing, 1);
        _slot = TimeSpan.FromTicks(season.Ticks / slots);
        _smoothing = smoothing;
        _levels = new double?[slots];
    }

    /// <summary>Takes in an observation.</summary>
    /// <param name="now">The time; 0 or more, never before that of an earlier observation.</param>
    /// <param name="demand">0 or more.</param>
    public void Observe(TimeSpan now, double demand)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(now, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(demand);
        long slot = now.Ticks / _slot.Ticks;
        ArgumentOutOfRangeException.ThrowIfLessThan(slot, _current, nameof(now));
        if (slot != _current)
        {
            Close();
            (_current, _peak) = (slot, 0);
        }

        _peak = Math.Max(_peak, demand);
    }

    /// <summary>The largest demand that usually comes between now and a horizon; null where one of these slots has no history.</summary>
    /// <param name="now">The time, 0 or more.</param>
    /// <param name="horizon">How long a node takes from decision to service; 0 or more.</param>
    public double? Peak(TimeSpan now, TimeSpan horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(now, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, TimeSpan.Zero);
        long first = now.Ticks / _slot.Ticks;
        long last = Math.Min((now + horizon).Ticks / _slot.Ticks, first + _levels.Length - 1);
        double peak = 0;
        for (long slot = first; slot <= last; slot++)
        {
            if (_levels[slot % _levels.Length] is not { } level)
                return null;
            peak = Math.Max(peak, level);
        }

        return peak;
    }

    /// <summary>The demand to plan for: what is measured or, if that is more, what usually comes.</summary>
    public static double LowerBound(double measured, double? forecast) => Math.Max(measured, forecast ?? 0);

    private void Close()
    {
        if (_current == long.MinValue)
            return;
        ref double? level = ref _levels[_current % _levels.Length];
        level = level is { } known ? known + (_smoothing * (_peak - known)) : _peak;
    }
}
