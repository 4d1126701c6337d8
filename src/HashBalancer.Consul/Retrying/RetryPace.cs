namespace HashBalancer.Consul;

/// <summary>How soon a kind of failure is tried again: from <paramref name="First"/> on, doubling up to <paramref name="Max"/>, with jitter.</summary>
/// <param name="First">The middle of the first delay.</param>
/// <param name="Max">The longest delay.</param>
public sealed record RetryPace(TimeSpan First, TimeSpan Max)
{
    /// <summary>The delay before a try: the doubled first delay, at most the longest, of which the last quarter is by chance.</summary>
    /// <remarks>
    /// The jitter spreads the many watches of many gateways; it stays small so that a restarted registry is found
    /// within the time promised.
    /// </remarks>
    internal TimeSpan Delay(int failuresBefore, double chance)
    {
        double doubled = First.Ticks * Math.Pow(2, Math.Min(failuresBefore, 40));
        return new TimeSpan((long)(Math.Min(doubled, Max.Ticks) * (0.75 + (0.25 * chance))));
    }

    internal string? Check(string name) =>
        First <= TimeSpan.Zero ? $"{name}.First: {First:c} is not above zero."
        : Max < First ? $"{name}.Max: {Max:c} is below First, {First:c}."
        : Max > TimeSpan.FromHours(1) ? $"{name}.Max: {Max:c} is above 01:00:00."
        : null;
}
