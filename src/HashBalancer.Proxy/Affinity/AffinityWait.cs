namespace HashBalancer.Proxy;

/// <summary>How long a request waits for its key's node, which is over its bound, before it spills: whichever comes first.</summary>
/// <remarks>Delay scheduling (Zaharia et al., "Delay Scheduling", EuroSys 2010) with locality = what the node holds of the key.</remarks>
public sealed record AffinityWait
{
    /// <summary>Makes a limit.</summary>
    /// <param name="longest">Above 0, at most 10 s.</param>
    /// <param name="skips">How many requests that came later may be sent out meanwhile: 1 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public AffinityWait(TimeSpan longest, int skips)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(longest, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longest, TimeSpan.FromSeconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(skips, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(skips, 1_000_000);
        Longest = longest;
        Skips = skips;
    }

    /// <summary>5 ms, below what a cache miss costs nearly anywhere, or 40 requests, as YARN's node-locality-delay.</summary>
    public static AffinityWait Default { get; } = new(TimeSpan.FromMilliseconds(5), 40);

    /// <summary>The longest wait.</summary>
    public TimeSpan Longest { get; }

    /// <summary>How many later requests may go first.</summary>
    public int Skips { get; }
}
