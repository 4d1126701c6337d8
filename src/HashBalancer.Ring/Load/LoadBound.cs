namespace HashBalancer.Ring;

/// <summary>How many requests a node may have in flight before it is passed over for keys it owns: c·m + k·√m over its fair share m.</summary>
/// <remarks>
/// <para>The bound of consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads",
/// SODA 2018, arXiv 1608.01350), c·m, takes m for exact. A gateway sees few requests at a time, and a Poisson number
/// with mean m strays by √m: at m = 4 a bound of 1.25·m turns away every third request of a node that is not overloaded at
/// all. The second term leaves room for k standard deviations of such noise; with growing m it fades against the first.</para>
/// <para>Immutable; thread-safe.</para>
/// </remarks>
public sealed record LoadBound
{
    /// <summary>Makes a bound.</summary>
    /// <param name="factor">c: 1 to 100.</param>
    /// <param name="slack">k: standard deviations, 0 to 100; 0 is the bound of the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LoadBound(double factor, double slack)
    {
        if (factor is not (>= 1 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of a load bound is 1 to 100.");
        if (slack is not (>= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(slack), slack, "The slack of a load bound is 0 to 100 standard deviations.");
        Factor = factor;
        Slack = slack;
    }

    /// <summary>1.25·m + 3·√m: a quarter above the fair share, and one request in 700 turned away by noise alone.</summary>
    public static LoadBound Default { get; } = new(1.25, 3);

    /// <summary>c.</summary>
    public double Factor { get; }

    /// <summary>k, in standard deviations.</summary>
    public double Slack { get; }

    /// <summary>The requests that would be in flight on a node if its pool's were spread by weight.</summary>
    /// <param name="inFlight">In flight in the pool, the request to place included.</param>
    /// <param name="weight">The node's weight.</param>
    /// <param name="totalWeight">The weight of all nodes that serve, this one included.</param>
    public static double FairShare(long inFlight, double weight, double totalWeight) =>
        totalWeight > 0 ? Math.Max(0, inFlight) * weight / totalWeight : 0;

    /// <summary>The most requests that may be in flight on a node, at least 1: an idle pool takes any request.</summary>
    /// <param name="fairShare">m, from <see cref="FairShare"/>.</param>
    /// <param name="pace">The part of the bound that a slow node gets, above 0 to 1; default 1. It scales the slack too, which is
    /// most of the bound at small shares.</param>
    public long LimitFor(double fairShare, double pace = 1)
    {
        double share = Math.Max(0, fairShare);
        return Math.Max(1, (long)Math.Ceiling(pace * ((Factor * share) + (Slack * Math.Sqrt(share)))));
    }
}
