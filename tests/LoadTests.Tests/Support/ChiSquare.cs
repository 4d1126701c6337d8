namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>Pearson's test of counts against a law.</summary>
internal static class ChiSquare
{
    // Cells below it are pooled: the statistic follows its law badly there (Cochran's rule).
    private const double LeastExpected = 5;

    /// <summary>Fails when the counts would come from the law less than once in a thousand times.</summary>
    public static void AssertFits(IReadOnlyList<long> counts, IReadOnlyList<double> probabilities)
    {
        long total = counts.Sum();
        double statistic = 0, pooledExpected = 0, pooledCount = 0;
        int cells = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            pooledExpected += probabilities[i] * total;
            pooledCount += counts[i];
            if (pooledExpected < LeastExpected)
                continue;
            statistic += (pooledCount - pooledExpected) * (pooledCount - pooledExpected) / pooledExpected;
            cells++;
            (pooledExpected, pooledCount) = (0, 0);
        }

        double limit = Quantile999(cells - 1);
        Assert.True(statistic < limit, $"chi-square {statistic:0.0} of {cells} cells is above {limit:0.0}");
    }

    // Wilson and Hilferty's approximation, within 1 % from 3 degrees of freedom on.
    private static double Quantile999(int freedom)
    {
        const double Normal999 = 3.0902;
        double spread = 2.0 / (9 * freedom);
        return freedom * Math.Pow(1 - spread + Normal999 * Math.Sqrt(spread), 3);
    }
}
