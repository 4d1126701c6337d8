namespace HashBalancer.Proxy;

/// <summary>Finds the nodes of a pool that stand out against the others, where no fixed limit would tell.</summary>
/// <remarks>Pure. By success rate as Envoy's outlier detection: below the mean by so many standard deviations. By latency: above the
/// median by so large a factor; the median, because the mean is the outliers' own.</remarks>
internal static class Outliers
{
    /// <summary>Nodes below which a standard deviation says nothing.</summary>
    private const int LeastForRate = 5;

    /// <summary>Nodes below which a median says nothing.</summary>
    private const int LeastForMedian = 3;

    /// <summary>Where all nodes but one are perfect, deviations shrink to nothing: one failed request in twenty more than the others is the least to count.</summary>
    private const double LeastGap = 0.05;

    /// <summary>Where all nodes answer within a millisecond, a factor is soon reached, and nobody notices.</summary>
    private static readonly TimeSpan LeastDelay = TimeSpan.FromMilliseconds(5);

    /// <summary>The reason to eject each node, in the order given; null for those that do not stand out.</summary>
    public static EjectionReason?[] Find(IReadOnlyList<NodeFigures> nodes, OutlierPolicy policy)
    {
        var reasons = new EjectionReason?[nodes.Count];
        int[] known = [.. Enumerable.Range(0, nodes.Count).Where(i => nodes[i].Requests >= policy.MinimumRequests)];
        if (policy.LatencyFactor > 0)
            ByLatency(nodes, known, policy.LatencyFactor, reasons);
        if (policy.SuccessRateDeviations > 0)
            BySuccessRate(nodes, known, policy.SuccessRateDeviations, reasons);
        return reasons;
    }

    private static void BySuccessRate(IReadOnlyList<NodeFigures> nodes, int[] known, double deviations, EjectionReason?[] reasons)
    {
        if (known.Length < LeastForRate)
            return;
        double mean = known.Average(i => nodes[i].SuccessRate);
        double deviation = Math.Sqrt(known.Average(i => Math.Pow(nodes[i].SuccessRate - mean, 2)));
        double limit = Math.Min(mean - (deviations * deviation), mean - LeastGap);
        foreach (int i in known.Where(i => nodes[i].SuccessRate < limit))
            reasons[i] = EjectionReason.SuccessRate;
    }

    private static void ByLatency(IReadOnlyList<NodeFigures> nodes, int[] known, double factor, EjectionReason?[] reasons)
    {
        int[] timed = [.. known.Where(i => nodes[i].Latency > TimeSpan.Zero).OrderBy(i => nodes[i].Latency)];
        if (timed.Length < LeastForMedian)
            return;
        // The lower one of two in the middle: with few nodes, half of them slow, the fast ones are what it could be like.
        TimeSpan median = nodes[timed[(timed.Length - 1) / 2]].Latency;
        foreach (int i in timed.Where(i => nodes[i].Latency > factor * median && nodes[i].Latency - median >= LeastDelay))
            reasons[i] = EjectionReason.Latency;
    }
}
