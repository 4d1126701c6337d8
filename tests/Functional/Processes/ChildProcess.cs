using System.Diagnostics;
using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Processes;

/// <summary>A process that a test starts and that never outlives it.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it printed on standard output so far.</summary>
    public string Output
    {
        get { lock (_lock) return _output.ToString(); }
    }

    /// <summary>What it printed on standard error so far.</summary>
    public string Errors
    {
        get { lock (_lock) return _errors.ToString(); }
    }

    public static ChildProcess Start(string file, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(file, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
            },
        };
        var child = new ChildProcess(process);
        process.OutputDataReceived += (_, line) => child.Append(child._output, line.Data);
        process.ErrorDataReceived += (_, line) => child.Append(child._errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Starts the gateway's executable; it ends with this process at the latest.</summary>
    public static ChildProcess StartGateway(params string[] arguments) => Start("dotnet", [GatewayBuild.Assembly, .. arguments]);

    /// <summary>As the other, with variables of its environment.</summary>
    public static ChildProcess StartGateway(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("env", [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), "dotnet", GatewayBuild.Assembly, .. arguments]);

    /// <summary>Waits until standard output has a line that starts so, and returns the rest of it.</summary>
    public async Task<string> LineAfter(string start)
    {
        string? found = null;
        await Eventually.IsTrue(() => (found = FindAfter(start)) is not null || HasExited, $"a line '{start}…' of process {Id}; it printed: {Output}{Errors}", TimeSpan.FromSeconds(60));
        return found ?? FindAfter(start) ?? throw new InvalidOperationException($"It ended with exit code {ExitCode} before it printed '{start}…': {Output}{Errors}");
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, as service managers send it.</summary>
    public void Terminate() => ProcessTable.Signal(_process.Id, ProcessTable.Terminate);

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public void Interrupt() => ProcessTable.Signal(_process.Id, ProcessTable.Interrupt);

    public async Task<int> Exit(TimeSpan? limit = null)
    {
        await Eventually.IsTrue(() => HasExited, $"the end of process {Id}; it printed: {Output}{Errors}", limit ?? TimeSpan.FromSeconds(60));

        // The exit is seen before the last lines are.
        await _process.WaitForExitAsync();
        return ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        using (_process)
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
    }

    /// <summary>The rest of the first line so far that starts so; null when there is none.</summary>
    public string? FindAfter(string start) =>
        Output.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..].Trim();

    private void Append(StringBuilder to, string? line)
    {
        if (line is null)
            return;
        lock (_lock)
            to.Append(line).Append('\n');
    }
}
