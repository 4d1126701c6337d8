using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>The first <paramref name="hot"/> keys share a given part of the draws evenly; the other keys share the rest evenly.</summary>
internal sealed class HotSetKeys(long count, long hot, double share) : IKeyGenerator
{
    public string Description => $"{share:P1} of draws on {hot} of {Count} keys";

    public long Count { get; } = count;

    public long Next(Random random) =>
        hot == Count || random.NextDouble() < share ? random.NextInt64(hot) : random.NextInt64(hot, Count);

    public static Func<IKeyGenerator> Read(Section section)
    {
        long count = KeyGenerators.ReadCount(section);
        long hot = section.Whole("hotCount", 1, count);
        double share = section.Number("hotShare", 0, 1);
        return () => new HotSetKeys(count, hot, share);
    }
}
