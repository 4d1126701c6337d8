using System.Globalization;
using System.Runtime.InteropServices;

namespace HashBalancer.Comparison.Measuring;

/// <summary>Linux's pinning of threads to cores. A process started from a pinned thread is pinned like it, from its first instruction.</summary>
internal static partial class CpuAffinity
{
    private const int MaskWords = 16;
    private const int BitsPerWord = 64;

    /// <summary>The cores that the calling thread may use.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        var mask = new ulong[MaskWords];
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) < 0)
            throw new InvalidOperationException($"sched_getaffinity: {Marshal.GetLastPInvokeErrorMessage()}");
        return [.. Enumerable.Range(0, MaskWords * BitsPerWord).Where(cpu => (mask[cpu / BitsPerWord] >> (cpu % BitsPerWord) & 1) == 1)];
    }

    /// <summary>Pins every thread that this process has, and so all that they start.</summary>
    public static void PinProcess(int core)
    {
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            // A thread that ended since the listing needs no pinning.
            _ = TrySet(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), core);
        }
    }

    /// <summary>Runs a synchronous action on the calling thread while it is pinned to another core: what it starts stays there.</summary>
    public static T On<T>(int core, Func<T> action)
    {
        IReadOnlyList<int> before = Allowed();
        Set(core);
        try
        {
            return action();
        }
        finally
        {
            Set([.. before]);
        }
    }

    private static void Set(params int[] cores)
    {
        if (!TrySet(0, cores))
            throw new InvalidOperationException($"sched_setaffinity to {string.Join(',', cores)}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static bool TrySet(int thread, params int[] cores)
    {
        var mask = new ulong[MaskWords];
        foreach (int core in cores)
            mask[core / BitsPerWord] |= 1UL << (core % BitsPerWord);
        return SetAffinity(thread, MaskWords * sizeof(ulong), mask) == 0;
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint size, [In] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint size, [Out] ulong[] mask);
}
