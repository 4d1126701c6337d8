using System.Globalization;
using System.Runtime.InteropServices;

namespace HashBalancer.Functional.Processes;

/// <summary>What the tests ask of the operating system about their own processes; it needs no program beside the SDK.</summary>
internal static partial class ProcessTable
{
    public const int Interrupt = 2;

    public const int KillNow = 9;

    public const int HangUp = 1;

    public const int Terminate = 15;

    /// <summary>The running children of a process, found by their parent's id: no process of anybody else is ever touched.</summary>
    public static int[] ChildrenOf(int parent) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(pid => ParentOf(pid) == parent)];

    /// <summary>Whether a process runs; one that ended and was not yet collected does not.</summary>
    public static bool IsRunning(int pid) => Fields(pid) is { } fields && fields[0] is not ("Z" or "X");

    /// <summary>The arguments a process was started with.</summary>
    public static string[] ArgumentsOf(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The most memory that a process has had resident since it began, in bytes.</summary>
    public static long PeakMemoryOf(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Sends a signal to a process that the test, or a process of the test's, started.</summary>
    public static void Signal(int pid, int signal)
    {
        if (SendSignal(pid, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} could not be sent to process {pid}: error {Marshal.GetLastPInvokeError()}.");
    }

    private static int? ParentOf(int pid) => Fields(pid) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : null;

    // The fields of /proc/<pid>/stat behind the name, which stands in parentheses and may hold anything: state, parent, …
    private static string[]? Fields(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
