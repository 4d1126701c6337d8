namespace HashBalancer.Comparison.Validity;

/// <summary>
/// The law of the reference server's service times: 10 ms and an exponential part with a mean of 30 ms. Its quantiles are known in closed
/// form, and it has the long tail that a tool must not miss.
/// </summary>
internal static class ServiceLaw
{
    private const double LeastMs = 10;
    private const double MeanMs = 30;

    // The golden ratio's fractional part: its multiples modulo 1 spread more evenly than those of any other number.
    private const double Golden = 0.6180339887498949;

    /// <summary>The longest service time, in milliseconds; beyond it the law is cut so that one request cannot take for ever.</summary>
    public const double MostMs = 600;

    /// <summary>The law's quantile in milliseconds.</summary>
    /// <param name="q">0 up to, but without, 1.</param>
    public static double QuantileMs(double q) => Math.Min(MostMs, LeastMs - MeanMs * Math.Log(1 - q));

    /// <summary>
    /// The service time of the k-th request, in nanoseconds. Not drawn by chance: the law's quantiles at an evenly spread sequence, so
    /// that any stretch of requests follows the law far more closely than as many draws would.
    /// </summary>
    public static long ServiceTime(long k) => (long)(QuantileMs((k + 1) * Golden % 1) * 1e6);
}
