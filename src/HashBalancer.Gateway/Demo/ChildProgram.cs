using System.Diagnostics;

namespace HashBalancer.Gateway.Demo;

/// <summary>
/// This program once more in a process of its own. Its standard input is a pipe that this process holds: it closes when this process
/// ends, however it ends, and the child then ends, too. So not even kill -9 of the demo leaves a process behind.
/// </summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TimeSpan _patience;

    private ChildProgram(string name, Process process, TimeSpan patience) => (Name, ProcessId, _process, _patience) = (name, process.Id, process, patience);

    /// <summary>What it is called here.</summary>
    public string Name { get; }

    public int ProcessId { get; }

    /// <summary>Its exit code; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts it.</summary>
    /// <param name="name">What it is called here.</param>
    /// <param name="arguments">Its arguments, beside the one that ties it.</param>
    /// <param name="environment">Its environment, beside this process' own.</param>
    /// <param name="patience">How long it may take to end when asked to.</param>
    /// <param name="onLine">Takes each line that it prints; called on other threads.</param>
    public static ChildProgram Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, TimeSpan patience, Action<string> onLine)
    {
        ProcessStartInfo start = SelfCommand.WithArguments([.. arguments, "--until-stdin-closes"]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string key, string value) in environment)
            start.Environment[key] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Forward(line.Data);
        process.ErrorDataReceived += (_, line) => Forward(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProgram(name, process, patience);

        void Forward(string? line)
        {
            if (!string.IsNullOrEmpty(line))
                onLine(line);
        }
    }

    /// <summary>Asks it to end by closing its input; kills it when it has not in time.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(_patience, TimeProvider.System);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
    }
}
