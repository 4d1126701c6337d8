using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Keys;

/// <summary>0, 1, 2 … and again from 0: after count iterations every key was drawn exactly once, whoever drew it.</summary>
internal sealed class SequenceKeys(long count) : IKeyGenerator
{
    private long _next = -1;

    public string Description => $"sequence of {Count} keys";

    public long Count { get; } = count;

    public long Next(Random random) => Interlocked.Increment(ref _next) % Count;

    public static Func<IKeyGenerator> Read(Section section)
    {
        long count = KeyGenerators.ReadCount(section);
        return () => new SequenceKeys(count);
    }
}
