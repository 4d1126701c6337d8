using System.Globalization;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Reports;

/// <summary>Numbers as people read them, the same in every report for people.</summary>
internal static class Figures
{
    public const string Missing = "–";

    public static string Milliseconds(double value) => Durations.Text(TimeSpan.FromMilliseconds(value));

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string PerSecond(double value) => value.ToString(value < 100 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    public static string Seconds(double value) => value.ToString("0.0 s", CultureInfo.InvariantCulture);

    public static string Ratio(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? Missing;

    public static string Balance(BalanceResult? balance) =>
        balance is null ? Missing : string.Create(CultureInfo.InvariantCulture, $"{balance.MinOverMean:0.00}..{balance.MaxOverMean:0.00}");

    public static string Pairs(IReadOnlyDictionary<string, long> counts) =>
        counts.Count == 0 ? Missing : string.Join(", ", counts.Select(c => $"{c.Key} {Count(c.Value)}"));
}
