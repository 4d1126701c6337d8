using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HashBalancer.Ring;

/// <summary>Finds the arc of a position within a line: one comparison of all 16 words, no branch that data could mispredict.</summary>
internal static unsafe class LineSearch
{
    /// <summary>The word of a line that has more arcs than room, and of all lines of a ring without points: ask the points.</summary>
    public const uint Elsewhere = uint.MaxValue;

    /// <summary>The first word not below the probe. The last word of a line never is, for any probe of 15 arcs and fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint FirstNotBelow(uint* line, uint probe) =>
        Vector512.IsHardwareAccelerated ? line[CountBelow512(line, probe)] : line[CountBelow256(line, probe)];

    /// <summary>How many of the 16 words are below the probe, by one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int CountBelow512(uint* line, uint probe) =>
        BitOperations.PopCount(Vector512.LessThan(Vector512.LoadAligned(line), Vector512.Create(probe)).ExtractMostSignificantBits());

    /// <summary>The same by two vectors, which the runtime splits further where the machine has none so wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int CountBelow256(uint* line, uint probe)
    {
        var wanted = Vector256.Create(probe);
        uint low = Vector256.LessThan(Vector256.LoadAligned(line), wanted).ExtractMostSignificantBits();
        uint high = Vector256.LessThan(Vector256.LoadAligned(line + Vector256<uint>.Count), wanted).ExtractMostSignificantBits();
        return BitOperations.PopCount(low | (high << Vector256<uint>.Count));
    }
}
