namespace HashBalancer.LoadTests.Keys;

/// <summary>Draws the key of each iteration as a number from 0 up to, but without, <see cref="Count"/>.</summary>
internal interface IKeyGenerator
{
    /// <summary>What reports call it, with its parameters.</summary>
    string Description { get; }

    /// <summary>How many distinct keys there are, 1..10 million.</summary>
    long Count { get; }

    /// <summary>The next key. Thread-safe as long as no two callers share <paramref name="random"/>.</summary>
    long Next(Random random);
}
