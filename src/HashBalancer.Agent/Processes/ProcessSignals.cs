using System.Runtime.InteropServices;

namespace HashBalancer.Agent;

/// <summary>Signals between the agent and its child.</summary>
internal static partial class ProcessSignals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Terminate = 15;

    /// <summary>The signals that are passed on at once and otherwise ignored here: each means something to the child alone.</summary>
    public static IReadOnlyList<int> PassedOn { get; } = OperatingSystem.IsMacOS() ? [Hangup, Quit, 30, 31, 28] : [Hangup, Quit, 10, 12, 28];

    /// <summary>Sends a signal; a process that has gone is no error. On Windows, which has none, does nothing.</summary>
    public static void Send(int processId, int signal)
    {
        if (!OperatingSystem.IsWindows())
            _ = Kill(processId, signal);
    }

    /// <summary>Calls back on a signal instead of letting it end this process; null where the platform has no such signal.</summary>
    public static IDisposable? On(int signal, Action handler)
    {
        PosixSignal? name = signal switch
        {
            Hangup => PosixSignal.SIGHUP,
            Interrupt => PosixSignal.SIGINT,
            Quit => PosixSignal.SIGQUIT,
            Terminate => PosixSignal.SIGTERM,
            // Positive values are the platform's own numbers.
            _ when !OperatingSystem.IsWindows() => (PosixSignal)signal,
            _ => null,
        };
        return name is null
            ? null
            : PosixSignalRegistration.Create(name.Value, context =>
            {
                context.Cancel = true;
                handler();
            });
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
