using System.Net;
using System.Net.Sockets;
using HashBalancer.Consul.Models;
using HashBalancer.Consul.Tests;
using HashBalancer.Testing;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Agent.Tests.Processes;

/// <summary>Real child processes; the port they are said to listen on is held by the test.</summary>
public sealed class ProcessAgentTests : IAsyncLifetime
{
    private const string WaitForTerm = "trap 'exit 7' TERM; while :; do sleep 0.05; done";
    private readonly FakeAgentApi _api = new();
    private readonly LogRecorder _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hb-agent-");
    private readonly TcpListener _port = new(IPAddress.Loopback, 0);
    private FakeConsul _consul = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The children are shell scripts.");
        _port.Start();
        _consul = await FakeConsul.StartAsync(_api.AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _port.Dispose();
        _stop.Dispose();
        if (_consul is not null)
            await _consul.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_Listening_IsRegisteredWithHeartbeatAndTheChildKnowsItsPort()
    {
        Task<int> run = Agent($"echo \"$PORT $HASHBALANCER_ID $HASHBALANCER_SERVICE\" > {File("env")}; {WaitForTerm}", o => o.Agent.Check.Kind = CheckKind.Http).RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1:heartbeat"), "the first report");
        AgentServiceRegistration registered = _api.Services["web-1"];
        Assert.Equal($"http://127.0.0.1:{Port}/health", registered.Checks![0].HTTP);
        Assert.StartsWith("TEXT cpu_utilization=", _api.Reports["service:web-1:heartbeat"].Output, StringComparison.Ordinal);
        Assert.Equal($"{Port} web-1 web\n", await System.IO.File.ReadAllTextAsync(File("env")));
        await _stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Run_NotListeningYet_IsRegisteredOnceItDoes()
    {
        int port = Port;
        _port.Stop();
        Task<int> run = Agent(WaitForTerm, port: port).RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _log.Lines.Any(l => l.StartsWith("Information: Started 'sh' as process ", StringComparison.Ordinal)), "started");
        Assert.Empty(_api.Services);
        using var late = new TcpListener(IPAddress.Loopback, port);
        late.Start();
        await Eventually.IsTrue(() => _api.Services.ContainsKey("web-1"), "registered");
        await _stop.CancelAsync();
        Assert.Equal(7, await run);
    }

    [Fact]
    public async Task Stop_Asked_DrainsThenTerminatesThenDeregisters()
    {
        string marker = File("term");
        bool terminatedBeforeMaintenance = true;
        _api.Fault = c =>
        {
            if (c.Request.Path.StartsWithSegments("/v1/agent/service/maintenance"))
                terminatedBeforeMaintenance = System.IO.File.Exists(marker);
            return Task.FromResult(false);
        };
        Task<int> run = Agent($"trap 'touch {marker}; exit 7' TERM; while :; do sleep 0.05; done").RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        await _stop.CancelAsync();
        Assert.Equal(7, await run);
        Assert.False(terminatedBeforeMaintenance);
        Assert.True(System.IO.File.Exists(marker));
        Assert.Empty(_api.Services);
    }

    [Fact]
    public async Task Child_EndsByItself_IsDeregisteredAndItsCodeReturned()
    {
        Task<int> run = Agent($"while [ ! -e {File("go")} ]; do sleep 0.05; done; exit 3").RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        await System.IO.File.WriteAllTextAsync(File("go"), "");
        Assert.Equal(3, await run);
        Assert.Empty(_api.Services);
        Assert.Contains(_log.Lines, l => l.EndsWith("ended by itself with exit code 3.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_ChildDoesNotListenToIt_IsKilled()
    {
        Task<int> run = Agent("trap '' TERM; while :; do sleep 0.05; done", o => o.StopTimeout = TimeSpan.FromMilliseconds(200)).RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        await _stop.CancelAsync();
        Assert.Equal(137, await run);
        Assert.Empty(_api.Services);
        Assert.Contains(_log.Lines, l => l.EndsWith("did not end in time and was killed.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_NeverListens_IsStoppedAndFails()
    {
        int port = Port;
        _port.Stop();
        Task<int> run = Agent("trap 'exit 0' TERM; while :; do sleep 0.05; done", o => o.StartTimeout = TimeSpan.FromMilliseconds(300), port).RunAsync(_stop.Token);
        Assert.Equal(1, await run);
        Assert.Empty(_consul.Seen);
        Assert.Contains(_log.Lines, l => l.Contains($"does not listen on port {port} after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_RegistryUnreachable_TerminatesTheChildAllTheSame()
    {
        Task<int> run = Agent(WaitForTerm).RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        await _consul.DownAsync();
        await _stop.CancelAsync();
        Assert.Equal(7, await run.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Signals_ThatMeanSomethingToTheChild_ArePassedOn()
    {
        string marker = File("usr1");
        Task<int> run = Agent($"trap 'touch {marker}' USR1; {WaitForTerm}").RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        ProcessSignals.Send(Environment.ProcessId, ProcessSignals.PassedOn[2]);
        await Eventually.IsTrue(() => System.IO.File.Exists(marker), "the child saw SIGUSR1");
        Assert.False(run.IsCompleted);
        await _stop.CancelAsync();
        Assert.Equal(7, await run);
    }

    [Fact]
    public async Task Heartbeat_PortClosed_IsCritical()
    {
        Task<int> run = Agent(WaitForTerm, o => o.Agent.Check.Ttl = TimeSpan.FromSeconds(1)).RunAsync(_stop.Token);
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1"), "the first report");
        int port = Port;
        _port.Stop();
        await Eventually.IsTrue(() => _api.Reports["service:web-1"].Status == "critical", "critical");
        Assert.Equal($"Port {port} accepts no connection.", _api.Reports["service:web-1"].Output);
        await _stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Heartbeat_ChildIsBusy_CarriesItsLoad()
    {
        // The work is a grandchild's.
        Task<int> run = Agent(
            $"sh -c 'while :; do :; done' & trap \"kill $!; exit 7\" TERM; wait",
            o =>
            {
                o.Agent.Check.Ttl = TimeSpan.FromSeconds(1);
                o.Agent.Load.Interval = TimeSpan.FromMilliseconds(200);
            }).RunAsync(_stop.Token);
        await Eventually.IsTrue(
            () => _api.Reports.TryGetValue("service:web-1", out AgentCheckUpdate? report) && Cpu(report.Output!) * Environment.ProcessorCount > 0.05,
            "a report of the grandchild's work");
        await _stop.CancelAsync();
        await run;
    }

    [Theory]
    [InlineData("/nowhere/command", 127)]
    [InlineData("no-such-command-anywhere", 127)]
    [InlineData("/etc/passwd", 126)]
    public async Task Start_CommandThatCannotRun_GivesTheShellsExitCode(string command, int code)
    {
        ProcessAgentOptions options = Options("");
        options.Command = command;
        var agent = new ProcessAgent(options, new Logger<ProcessAgent>(LoggerFactory.Create(_ => { })));
        CommandNotStartedException error = await Assert.ThrowsAsync<CommandNotStartedException>(() => agent.RunAsync());
        Assert.Equal(code, error.ExitCode);
        Assert.StartsWith($"Cannot start '{command}': ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_consul.Seen);
    }

    [Fact]
    public void Options_Faults_AreListed()
    {
        var options = new ProcessAgentOptions { StartTimeout = TimeSpan.Zero, StopTimeout = TimeSpan.FromHours(2) };
        Assert.Equal(
            [
                "S:Service: '' is not allowed; allowed: 1 to 255 characters.",
                "S:Port: '' is not allowed; allowed: 1 to 65535.",
                "S:Command: '' is not allowed; allowed: the program to run.",
                "S:StartTimeout: '00:00:00' is not allowed; allowed: 00:00:00.1000000 to 01:00:00.",
                "S:StopTimeout: '02:00:00' is not allowed; allowed: 00:00:00 to 01:00:00.",
            ],
            options.Validate("S"));
    }

    private int Port => ((IPEndPoint)_port.LocalEndpoint).Port;

    private static double Cpu(string output) =>
        output.StartsWith("TEXT cpu_utilization=", StringComparison.Ordinal) ? double.Parse(output["TEXT cpu_utilization=".Length..output.IndexOf(',', StringComparison.Ordinal)]) : 0;

    private string File(string name) => Path.Combine(_directory.FullName, name);

    private ProcessAgent Agent(string script, Action<ProcessAgentOptions>? configure = null, int? port = null)
    {
        ProcessAgentOptions options = Options(script, port);
        configure?.Invoke(options);
        return new ProcessAgent(options, new Logger<ProcessAgent>(LoggerFactory.Create(logging => logging.AddProvider(_log))));
    }

    private ProcessAgentOptions Options(string script, int? port = null)
    {
        var options = new ProcessAgentOptions { Command = "sh", Arguments = ["-c", script] };
        options.Agent.Service = "web";
        options.Agent.Id = "web-1";
        options.Agent.Port = port ?? Port;
        options.Agent.Consul.Address = _consul.Address;
        options.Agent.Drain.MinTime = TimeSpan.FromMilliseconds(50);
        return options;
    }
}
