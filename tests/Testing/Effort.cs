using System.Globalization;

namespace HashBalancer.Testing;

/// <summary>How hard tests try that could go on for ever. Mutation testing runs a suite hundreds of times and sets
/// HASHBALANCER_TEST_EFFORT to a few percent; a machine with a night to spare may set it to more than a hundred.</summary>
public static class Effort
{
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("HASHBALANCER_TEST_EFFORT"), CultureInfo.InvariantCulture, out int percent) ? percent : 100;

    /// <summary>Whether tests try as hard as they can; sizes that only measure are left out otherwise.</summary>
    public static bool IsFull => Percent >= 100;

    /// <summary>Leaves out a test that is expensive and finds nothing that others do not, but at greater size.</summary>
    public static void NeedsAll(bool expensive = true) => Assert.SkipUnless(IsFull || !expensive, "Expensive; its cheaper kin run.");

    /// <summary>A number of rounds, in proportion.</summary>
    public static int Of(int rounds) => Math.Max(1, (int)((long)rounds * Percent / 100));
}
