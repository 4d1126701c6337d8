namespace HashBalancer.Allocation.Sizing.Queueing;

/// <summary>The smallest number of servers that keeps a promise about waiting.</summary>
/// <param name="Servers">That number.</param>
/// <param name="Probability">The probability of waiting (longer than the limit) with it.</param>
/// <param name="ProbabilityWithOneLess">The same with one server less: what the last server buys.</param>
public sealed record ErlangCServers(int Servers, double Probability, double ProbabilityWithOneLess);

/// <summary>Waiting in front of n equal servers with one queue (Erlang 1917, M/M/n).</summary>
/// <remarks>
/// The blocking probability is computed by its recursion B(0) = 1, B(n) = load × B(n−1) / (n + load × B(n−1)), which stays within
/// 0 to 1 and is exact to rounding where the factorials of the closed form overflow.
/// </remarks>
public static class ErlangC
{
    /// <summary>The probability that a request must wait; 1 when the servers cannot carry the load.</summary>
    /// <param name="servers">0 or more.</param>
    /// <param name="load">Arrivals × mean service time, 0 or more.</param>
    /// <remarks>O(servers).</remarks>
    public static double ProbabilityOfWait(int servers, double load)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(servers);
        ArgumentOutOfRangeException.ThrowIfNegative(load);
        double blocking = 1;
        for (int n = 1; n <= servers; n++)
            blocking = Next(blocking, n, load);
        return FromBlocking(blocking, servers, load);
    }

    /// <summary>The fewest servers with P(wait) ≤ a probability, or P(wait longer than a limit) when a limit is given.</summary>
    /// <param name="load">Arrivals × mean service time, 0 or more.</param>
    /// <param name="probability">Above 0, to 1.</param>
    /// <param name="waitSeconds">The limit, 0 or more.</param>
    /// <param name="meanSeconds">The mean service time, above 0; looked at only when there is a limit above 0.</param>
    /// <remarks>O(result).</remarks>
    public static ErlangCServers FewestServers(double load, double probability, double waitSeconds = 0, double meanSeconds = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(load);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(waitSeconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(meanSeconds);
        double blocking = 1, previous = 1;
        for (int servers = 0; ; servers++)
        {
            if (servers > 0)
                blocking = Next(blocking, servers, load);
            double waiting = FromBlocking(blocking, servers, load);
            if (servers > load)
                waiting *= Math.Exp(-(servers - load) * waitSeconds / meanSeconds);
            if (waiting <= probability && (servers > load || load == 0))
                return new ErlangCServers(servers, waiting, previous);
            previous = waiting;
        }
    }

    private static double Next(double blocking, int servers, double load) => load * blocking / (servers + (load * blocking));

    private static double FromBlocking(double blocking, int servers, double load)
    {
        if (load == 0)
            return 0;
        return servers <= load ? 1 : blocking / (1 - (load / servers * (1 - blocking)));
    }
}
