using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>Every key is equally likely.</summary>
internal sealed class UniformKeys(long count) : IKeyGenerator
{
    public string Description => $"uniform over {Count} keys";

    public long Count { get; } = count;

    public long Next(Random random) => random.NextInt64(Count);

    public static Func<IKeyGenerator> Read(Section section)
    {
        long count = KeyGenerators.ReadCount(section);
        return () => new UniformKeys(count);
    }
}
