using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Load;

/// <summary>
/// Blocks the calling thread with Linux's nanosleep, which wakes some microseconds late where timers wake up to a millisecond
/// late; spinning instead would take a core from what is measured. For a thread of its own only.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class NanosleepPacer(RunClock clock) : IPacer
{
    // By default the kernel may group wake-ups within 50 µs; PR_SET_TIMERSLACK asks for 1 ns on this thread.
    private const int SetTimerSlack = 29;

    // A cancelled run is noticed this soon.
    private const long LongestSleep = 50_000_000;

    [ThreadStatic]
    private static bool _slackSet;

    public ValueTask WaitUntil(long instant, CancellationToken cancellation)
    {
        if (!_slackSet)
        {
            // A refusal costs precision, which the report's start delay shows.
            _ = Prctl(SetTimerSlack, 1, 0, 0, 0);
            _slackSet = true;
        }

        long left;
        while ((left = instant - clock.Now) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            long sleep = Math.Min(left, LongestSleep);
            var request = new TimeSpec { Seconds = 0, Nanoseconds = (nint)sleep };
            _ = Nanosleep(in request, 0);
        }

        return ValueTask.CompletedTask;
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Nanosleep(in TimeSpec request, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nuint arg2, nuint arg3, nuint arg4, nuint arg5);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
