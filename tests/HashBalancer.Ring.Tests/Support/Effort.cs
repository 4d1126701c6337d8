using System.Globalization;

namespace HashBalancer.Ring.Tests;

/// <summary>How hard tests try. Mutation testing runs the suite hundreds of times and sets HASHBALANCER_TEST_EFFORT to a few percent;
/// nothing else does.</summary>
internal static class Effort
{
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("HASHBALANCER_TEST_EFFORT"), CultureInfo.InvariantCulture, out int percent) ? percent : 100;

    public static bool IsFull => Percent >= 100;

    /// <summary>A number of rounds, in proportion.</summary>
    public static int Of(int rounds) => Math.Max(1, (int)((long)rounds * Percent / 100));

    /// <summary>Leaves out a test that is expensive and finds nothing that others do not, but at greater size.</summary>
    public static void NeedsAll(bool expensive = true) => Assert.SkipUnless(IsFull || !expensive, "Expensive; its cheaper kin run.");
}
