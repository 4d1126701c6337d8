using System.Globalization;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Measuring;

/// <summary>Who runs where: the proxies on one core, client and backends on another.</summary>
/// <param name="Client">The core of client and backends.</param>
/// <param name="Proxy">The core of the proxies.</param>
/// <param name="All">How many cores this process may use.</param>
internal sealed record Cores(int Client, int Proxy, int All)
{
    /// <exception cref="TargetException">There is one core alone.</exception>
    public static Cores Choose()
    {
        IReadOnlyList<int> allowed = CpuAffinity.Allowed();
        return allowed.Count >= 2
            ? new Cores(allowed[0], allowed[1], allowed.Count)
            : throw new TargetException(string.Create(CultureInfo.InvariantCulture,
                $"two cores are needed, one for the proxies and one for client and backends; this process may use {allowed.Count}"));
    }
}
