namespace HashBalancer.Ring.Tests;

/// <summary>Seeded hashes, as keys would have.</summary>
internal static class Keys
{
    public static IEnumerable<ulong> Random(int seed, int count)
    {
        var chance = new Random(seed);
        for (int i = 0; i < count; i++)
            yield return (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
    }

    /// <summary>The hash whose position is this.</summary>
    public static ulong At(uint position) => (ulong)position << 32;
}
