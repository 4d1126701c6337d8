using System.Diagnostics;

namespace HashBalancer.Gateway.Demo.Fleet;

/// <summary>This program once more in a process of its own, tied to this one by its standard input: it ends when that closes, however this process ends.</summary>
internal sealed class ChildProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private ChildProgram(string name, Process process) => (Name, _process) = (name, process);

    /// <summary>What it is called here.</summary>
    public string Name { get; }

    public int ProcessId => _process.Id;

    /// <summary>Its exit code; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts it.</summary>
    /// <param name="name">What it is called here.</param>
    /// <param name="arguments">Its arguments, beside the one that ties it.</param>
    /// <param name="environment">Its environment, beside this process' own.</param>
    /// <param name="onLine">Takes each line that it prints; called on other threads.</param>
    public static ChildProgram Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> onLine)
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
        return new ChildProgram(name, process);

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
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
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
