using System.Globalization;

namespace HashBalancer.Allocation.Tests.Properties;

/// <summary>Runs a property over many seeded instances; a failure names the seed that shows it.</summary>
internal static class Instances
{
    /// <summary>How many instances every property is held to.</summary>
    public const int Count = 10_000;

    /// <summary>The part of them that runs. Mutation testing runs the suite thousands of times and sets HASHBALANCER_TEST_EFFORT to a
    /// few percent; nothing else does.</summary>
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("HASHBALANCER_TEST_EFFORT"), CultureInfo.InvariantCulture, out int percent) ? percent : 100;

    public static void Hold(Action<Random> property)
    {
        int wanted = Math.Max(1, (int)((long)Count * Percent / 100));
        for (int seed = 1; seed <= wanted; seed++)
        {
            try
            {
                property(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
            }
        }
    }
}
