namespace HashBalancer.Allocation.Resources;

/// <summary>The rules by which amounts of a resource are kept and compared.</summary>
/// <remarks>
/// A quantity is a whole number of thousandths (0.25 cores are 250). Sums, differences and comparisons are therefore exact and
/// independent of order, and a running sum never drifts. The price is a range: sums must stay below about 9.2 × 10^15 units, so a
/// large fleet counts memory in MiB rather than in bytes.
/// </remarks>
public static class Quantity
{
    /// <summary>The largest quantity that one vector may hold; the sum over a fleet may not exceed it either.</summary>
    public const decimal Maximum = long.MaxValue / Scale;

    /// <summary>Thousandths in one unit.</summary>
    internal const long Scale = 1000;

    /// <summary>Whether a number is a quantity: 0 to <see cref="Maximum"/> with at most three decimals.</summary>
    public static bool IsValid(decimal value) => value is >= 0 and <= Maximum && decimal.IsInteger(value * Scale);

    internal static long ToThousandths(decimal value) => IsValid(value)
        ? (long)(value * Scale)
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A quantity is 0 to {Maximum} with at most three decimals.");

    internal static decimal FromThousandths(long thousandths) => (decimal)thousandths / Scale;
}
