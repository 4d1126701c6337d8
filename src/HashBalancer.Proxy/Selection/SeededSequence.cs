namespace HashBalancer.Proxy;

/// <summary>A random sequence that many threads draw from: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014), whose whole state is one counter.</summary>
/// <remarks>Thread-safe by one atomic addition per draw, where <see cref="Random"/> would need a lock. Not for secrets.</remarks>
internal sealed class SeededSequence(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>The next 64 random bits; the same seed gives the same sequence.</summary>
    public ulong Next() => Mix(Interlocked.Add(ref _state, Step));

    /// <summary>The generator's output function: every bit of the result depends on every bit given.</summary>
    public static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
