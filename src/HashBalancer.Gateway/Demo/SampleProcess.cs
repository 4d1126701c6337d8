using System.Diagnostics;
using System.Globalization;

namespace HashBalancer.Gateway.Demo;

/// <summary>
/// A sample node in a process of its own. Its standard input is a pipe that this process holds: it closes when this process
/// ends, however it ends, and the sample then ends, too. So not even kill -9 of the demo leaves a process behind.
/// </summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Process _process;

    private SampleProcess(string id, Process process)
    {
        Id = id;
        _process = process;
        ProcessId = process.Id;
    }

    /// <summary>The node's ServiceID.</summary>
    public string Id { get; }

    public int ProcessId { get; }

    /// <summary>Its exit code; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>The arguments of the <c>sample</c> command for one node.</summary>
    public static string[] Arguments(string id, string service, string registry) =>
        ["sample", "--id", id, "--service", service, "--registry", registry];

    /// <param name="id">The node's ServiceID.</param>
    /// <param name="service">Its Consul service.</param>
    /// <param name="registry">Where it registers itself.</param>
    /// <param name="onLine">Takes each line that the process prints; called on other threads.</param>
    public static SampleProcess Start(string id, string service, string registry, Action<string> onLine)
    {
        ProcessStartInfo start = SelfCommand.WithArguments([.. Arguments(id, service, registry), "--until-stdin-closes"]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Forward(line.Data);
        process.ErrorDataReceived += (_, line) => Forward(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new SampleProcess(id, process);

        void Forward(string? line)
        {
            if (!string.IsNullOrEmpty(line))
                onLine(string.Create(CultureInfo.InvariantCulture, $"[{id}] {line}"));
        }
    }

    /// <summary>Asks it to end by closing its input; kills it when it has not after five seconds.</summary>
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
