namespace HashBalancer.Consul;

/// <summary>Spaces answers: two may follow each other at once, on the average one in each interval passes.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class AnswerPace(TimeSpan interval, TimeProvider time)
{
    private const int Burst = 2;
    private double _allowed = Burst;
    private long _last = time.GetTimestamp();

    /// <summary>Waits until the next answer may be asked for.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        if (interval <= TimeSpan.Zero)
            return;
        Refill();
        if (_allowed < 1)
        {
            await Task.Delay(interval * (1 - _allowed), time, cancellation);
            Refill();
        }

        // A timer may fire a little early; being in debt by that much does no harm.
        _allowed -= 1;
    }

    private void Refill()
    {
        long now = time.GetTimestamp();
        _allowed = Math.Min(Burst, _allowed + (time.GetElapsedTime(_last, now) / interval));
        _last = now;
    }
}
