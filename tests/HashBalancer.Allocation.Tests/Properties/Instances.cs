using HashBalancer.Testing;

namespace HashBalancer.Allocation.Tests.Properties;

/// <summary>Runs a property over many seeded instances; a failure names the seed that shows it.</summary>
internal static class Instances
{
    /// <summary>How many instances every property is held to, with all effort.</summary>
    public const int Count = 10_000;

    public static void Hold(Action<Random> property)
    {
        int wanted = Effort.Of(Count);
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
