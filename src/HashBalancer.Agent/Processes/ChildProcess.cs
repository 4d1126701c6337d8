using System.ComponentModel;
using System.Diagnostics;

namespace HashBalancer.Agent;

/// <summary>The child: started with this process's own input and output, and told to stop by signal.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Ends when the child has ended.</summary>
    public Task Ended => _ended ??= _process.WaitForExitAsync();

    private Task? _ended;

    /// <summary>Its exit code, as a shell gives it: 128 + n when signal n ended it.</summary>
    public int ExitCode => _process.ExitCode;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandNotStartedException">There is no such program, or it may not be run.</exception>
    public static ChildProcess Start(string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command) { UseShellExecute = false };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        try
        {
            return new ChildProcess(Process.Start(start) ?? throw new CommandNotStartedException(command, "no process was started", null, notFound: false));
        }
        catch (Win32Exception e)
        {
            const int NoSuchFile = 2;
            throw new CommandNotStartedException(command, e.Message, e, e.NativeErrorCode == NoSuchFile);
        }
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal)
    {
        if (!HasEnded)
            ProcessSignals.Send(Id, signal);
    }

    /// <summary>Asks it to end by a signal, and kills it and its descendants when it has not within the time given.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(int signal, TimeSpan limit, TimeProvider time, CancellationToken hurry)
    {
        if (OperatingSystem.IsWindows())
            limit = TimeSpan.Zero;
        Signal(signal);
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, hurry);
        try
        {
            await Ended.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await Ended;
            return false;
        }
    }

    public void Dispose() => _process.Dispose();
}

/// <summary>The child's program could not be started.</summary>
/// <param name="command">The program.</param>
/// <param name="reason">Why not.</param>
/// <param name="inner">What the system said.</param>
/// <param name="notFound">Whether there is no such program.</param>
public sealed class CommandNotStartedException(string command, string reason, Exception? inner, bool notFound)
    : Exception($"Cannot start '{command}': {reason}.", inner)
{
    /// <summary>The exit code that a shell gives in this case: 127 when there is no such program, else 126.</summary>
    public int ExitCode { get; } = notFound ? 127 : 126;
}
