namespace HashBalancer.Proxy;

/// <summary>Finds how many requests a pool can have in flight before they only wait for each other there, by how long they take.</summary>
/// <remarks>
/// <para>After the gradient limit of Netflix's concurrency-limits (Gradient2): while requests take no longer than the tolerated multiple of what they take
/// without a queue, the limit grows by its square root; beyond that it shrinks in proportion. Where that project learns the time without a
/// queue as a long average, which under lasting overload creeps up and takes the limit along, here it is learned while the limit is not
/// reached, and under overload only if it is shorter. If shrinking the limit makes nothing faster, no queue is the reason: what is
/// measured then is the new time without one.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
/// <param name="least">The limit does not fall below; it begins there, and doubles until requests begin to take longer.</param>
/// <param name="most">Nor rise above.</param>
internal sealed class GradientLimit(int least, int most)
{
    /// <summary>So much longer than without a queue is no overload yet: times vary, and a short queue keeps nodes busy.</summary>
    public const double Tolerance = 1.5;

    /// <summary>One window moves the limit no further down than to this part of it.</summary>
    private const double Steepest = 0.5;

    /// <summary>How much of the way to its new value the limit goes in a window.</summary>
    private const double Step = 0.5;

    /// <summary>The weight of a window in the time without a queue.</summary>
    private const double Learning = 0.1;

    /// <summary>Once the limit has shrunk to this part of what it was when requests took longest, it is looked whether that has helped.</summary>
    private const double Shrunk = 0.7;

    /// <summary>It has when requests take less than this part of the time then: with a queue it would be about <see cref="Shrunk"/>.</summary>
    private const double Helped = 0.9;

    /// <summary>With failures the limit shrinks by a tenth a window, whatever those that succeed take.</summary>
    private const double Failing = 0.9;

    private double _limit = least;
    private double _unqueued;
    private bool _isStarting = true;
    private double _shrinkingFrom;
    private double _shrinkingTime;

    /// <summary>The limit now.</summary>
    public int Limit => (int)_limit;

    /// <summary>Takes in what a window showed.</summary>
    /// <param name="seconds">The mean time of its requests, above 0.</param>
    /// <param name="isFull">Whether the limit was reached.</param>
    /// <param name="isFailing">Whether more of its requests failed than can be chance.</param>
    public void Observe(double seconds, bool isFull, bool isFailing)
    {
        Learn(seconds, isFull);
        double gradient = Math.Clamp(Tolerance * _unqueued / seconds, Steepest, isFailing ? Failing : 1);
        if (gradient < 1)
        {
            _isStarting = false;
            LookWhetherItHelps(seconds);
            Move((_limit * gradient) + (isFailing ? 0 : Math.Sqrt(_limit)));
        }
        else
        {
            _shrinkingFrom = 0;
            // A limit that nobody reaches shows nothing by growing.
            if (isFull)
                Move(_isStarting ? 3 * _limit : _limit + Math.Sqrt(_limit));
        }
    }

    private void Learn(double seconds, bool isFull)
    {
        if (_unqueued == 0)
            _unqueued = seconds;
        else if (!isFull || seconds < _unqueued)
            _unqueued += (seconds - _unqueued) * Learning;
    }

    private void Move(double target) => _limit = Math.Clamp(_limit + ((target - _limit) * Step), least, most);

    private void LookWhetherItHelps(double seconds)
    {
        bool isLonger = _shrinkingFrom == 0 || seconds >= _shrinkingTime;
        if (!isLonger && _limit > Math.Max(least, _shrinkingFrom * Shrunk))
            return;
        if (!isLonger && seconds > _shrinkingTime * Helped)
            (_unqueued, _shrinkingFrom) = (seconds, 0);
        else
            (_shrinkingFrom, _shrinkingTime) = (_limit, seconds);
    }
}
