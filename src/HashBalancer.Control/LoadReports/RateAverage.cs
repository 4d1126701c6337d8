using System.Runtime.InteropServices;

namespace HashBalancer.Control;

/// <summary>How much of a new reading goes into an average: the plain mean until it is as old as its memory, then exponential.</summary>
/// <remarks>An exponential average that begins at zero would call a gateway that just started idle.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct RateAverage(TimeSpan memory)
{
    private TimeSpan _age;

    /// <summary>How far back it reaches: a time whose requests stray as the average does. An exponential average of memory τ strays as a mean over 2·τ.</summary>
    public readonly TimeSpan Window => _age < 2 * memory ? _age : 2 * memory;

    /// <summary>Goes on from another average, as old as this.</summary>
    public void Restart(TimeSpan age) => _age = age;

    /// <summary>Takes note that time passed; returns what the reading of that time weighs.</summary>
    public double WeightOf(TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero)
            return 0;
        _age += elapsed;
        return Math.Max(1 - Math.Exp(-elapsed / memory), Math.Min(1, elapsed / _age));
    }
}
