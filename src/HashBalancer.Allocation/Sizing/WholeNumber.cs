namespace HashBalancer.Allocation.Sizing;

/// <summary>Rounding to whole nodes that is not thrown off by the last bit of a quotient.</summary>
internal static class WholeNumber
{
    /// <summary>What counts as rounding of a quotient: 56 / 5.6 must be 10 nodes, not 11.</summary>
    private const double Slack = 1e-9;

    /// <summary>The smallest whole number not below the value.</summary>
    public static long Up(double value) => checked((long)Math.Ceiling(value - (Slack * Math.Max(1, Math.Abs(value)))));

    /// <summary>The largest whole number not above the value.</summary>
    public static long Down(double value) => checked((long)Math.Floor(value + (Slack * Math.Max(1, Math.Abs(value)))));
}
