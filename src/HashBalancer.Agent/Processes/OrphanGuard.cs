using System.ComponentModel;
using System.Diagnostics;

namespace HashBalancer.Agent;

/// <summary>Ends what this process started and left behind, however this process ends, SIGKILL included.</summary>
/// <remarks>
/// <para>A shell that waits for the end of a pipe whose other end this process alone holds. Then it kills everything whose environment bears this
/// guard's mark: children, their descendants, and those that made themselves daemons; what hands its environment on is found, wherever it hangs.</para>
/// <para>The signal that Linux sends on a parent's death is none for this: it follows the thread that forked, not the process, and reaches
/// children alone. Thread-safe. Where there is no /proc or no shell nothing is guarded, and <see cref="Missing"/> says so.</para>
/// </remarks>
internal sealed class OrphanGuard : IDisposable
{
    /// <summary>The environment variable that marks what is guarded.</summary>
    public const string Variable = "HASHBALANCER_GUARD";

    private const string Shell = "/bin/sh";

    // The mark is an argument: in the guard's own environment it would find itself. What is killed may have just forked, so it looks again.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        while read -r line; do :; done
        for round in 1 2 3 4 5 6 7 8 9 10; do
          found=
          for file in $(grep -lsa -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
            pid=${file#/proc/}
            kill -KILL "${pid%/environ}" 2>/dev/null && found=1
          done
          [ -n "$found" ] || exit 0
        done
        """;

    private readonly string _mark;
    private readonly Process? _shell;

    private OrphanGuard(Process? shell, string mark, string? missing)
    {
        _shell = shell;
        _mark = mark;
        Missing = missing;
    }

    /// <summary>Why nothing is guarded; null when it is.</summary>
    public string? Missing { get; }

    /// <summary>What the environment of a process must bear to be guarded.</summary>
    public KeyValuePair<string, string> Mark => new(Variable, _mark);

    /// <summary>Starts a guard.</summary>
    public static OrphanGuard Start()
    {
        string mark = Guid.NewGuid().ToString("N");
        if (!Directory.Exists("/proc/self"))
            return new OrphanGuard(null, mark, "this system has no /proc");
        var start = new ProcessStartInfo(Shell, ["-c", Script, "hashbalancer-guard", $"{Variable}={mark}"]) { UseShellExecute = false, RedirectStandardInput = true };
        start.Environment.Remove(Variable);
        try
        {
            return new OrphanGuard(Process.Start(start), mark, null);
        }
        catch (Win32Exception e)
        {
            return new OrphanGuard(null, mark, $"{Shell} cannot be started: {e.Message}");
        }
    }

    /// <summary>Ends what is left, and the guard.</summary>
    public void Dispose()
    {
        if (_shell is null)
            return;
        _shell.StandardInput.Dispose();
        _shell.WaitForExit(TimeSpan.FromSeconds(5));
        _shell.Dispose();
    }
}
