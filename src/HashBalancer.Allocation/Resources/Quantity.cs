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

    private static ReadOnlySpan<long> PowersOfTen => [1, 10, 100, 1000];

    /// <summary>Whether a number is a quantity: 0 to <see cref="Maximum"/> with at most three decimals.</summary>
    public static bool IsValid(decimal value) => TryToThousandths(value, out _);

    /// <summary>The thousandths of a number that may be no quantity.</summary>
    internal static bool TryToThousandths(decimal value, out long thousandths)
    {
        // Nearly all quantities are small numbers with few decimals, whose parts give the answer without decimal arithmetic.
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        int decimals = (parts[3] >> 16) & 0xFF;
        if (parts[3] >= 0 && parts[2] == 0 && parts[1] == 0 && decimals <= 3)
        {
            thousandths = (uint)parts[0] * PowersOfTen[3 - decimals];
            return true;
        }

        thousandths = 0;
        if (value is < 0 or > Maximum)
            return false;
        decimal scaled = value * Scale;
        thousandths = (long)scaled;
        return thousandths == scaled;
    }

    internal static long ToThousandths(decimal value) => TryToThousandths(value, out long thousandths)
        ? thousandths
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A quantity is 0 to {Maximum} with at most three decimals.");

    internal static decimal FromThousandths(long thousandths) => (decimal)thousandths / Scale;
}
