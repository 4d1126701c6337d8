using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Load;

/// <summary>What a load simulation needs to run once.</summary>
/// <param name="Clock">The time that starts are planned and measured in.</param>
/// <param name="Pacer">Waits for planned starts.</param>
/// <param name="Keys">Draws each iteration's key.</param>
/// <param name="Seed">Fixes arrivals and keys.</param>
/// <param name="Start">When the run begins, in nanoseconds of the clock.</param>
/// <param name="Length">How long iterations start, in nanoseconds.</param>
/// <param name="Iterate">Runs one iteration, given its planned start (nanoseconds of the clock) and its key; gives whether it succeeded, and never throws.</param>
internal sealed record LoadRun(
    RunClock Clock, IPacer Pacer, IKeyGenerator Keys, int Seed, long Start, long Length, Func<long, long, ValueTask<bool>> Iterate)
{
    /// <summary>A random generator of its own for each purpose or user, the same in every run of a seed.</summary>
    public Random RandomFor(int purpose)
    {
        // SplitMix64's finaliser: neighbouring seeds and purposes give unrelated generators.
        ulong z = ((ulong)(uint)Seed << 32 | (uint)purpose) + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return new Random((int)((z ^ (z >> 31)) & int.MaxValue));
    }
}
