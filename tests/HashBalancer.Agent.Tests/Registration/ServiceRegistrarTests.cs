using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Consul.Tests;
using HashBalancer.Testing;

namespace HashBalancer.Agent.Tests.Registration;

/// <summary>The registration's life against a fake agent, on a clock that the test moves.</summary>
public sealed class ServiceRegistrarTests : IAsyncLifetime
{
    private readonly FakeAgentApi _api = new();
    private readonly LogRecorder _log = new();
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private FakeConsul _consul = null!;
    private ConsulClient _client = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(_api.AnswerAsync);
        // The client keeps real time: only the loop's pauses are moved by hand.
        _client = new ConsulClient(new ConsulClientOptions { Address = _consul.Address });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _client.Dispose();
        await _consul.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_Ttl_RegistersAndReportsEveryThird()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        Assert.Equal("web-1", registrar.ServiceId);
        Assert.Equal(TimeSpan.FromSeconds(15), _api.Services["web-1"].Checks![0].TTL!.Value.TimeSpan);
        await PauseAsync(TimeSpan.FromSeconds(4.9));
        Assert.Equal(1, _api.Passes["service:web-1"]);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await PassesAsync(2);
    }

    [Fact]
    public async Task Run_RegistryForgot_RegistersAgainWithTheNextReport()
    {
        Run();
        await PassesAsync(1);
        _api.Forget();
        await PauseAsync(TimeSpan.FromSeconds(5));
        await PassesAsync(2);
        Assert.True(_api.Services.ContainsKey("web-1"));
        await Eventually.IsTrue(() => _log.Lines.Count == 3, "the loss and the return are logged");
        Assert.Equal(
            [
                $"Information: Registered 'web-1' of service 'web' (10.0.0.7, port 5000) at {_consul.Address}.",
                "Warning: The registry no longer knows 'web-1'; registering it again.",
                $"Information: Registered 'web-1' of service 'web' (10.0.0.7, port 5000) at {_consul.Address}.",
            ],
            _log.Lines);
    }

    [Fact]
    public async Task Run_HttpCheckAndRegistryForgot_RegistersAgain()
    {
        Run(o => o.Check.Kind = CheckKind.Http);
        await Eventually.IsTrue(() => _api.Services.ContainsKey("web-1"), "registered");
        Assert.Equal("http://10.0.0.7:5000/health", _api.Services["web-1"].Checks![0].HTTP);
        Assert.Null(_api.Services["web-1"].Checks![0].TTL);
        await Eventually.IsTrue(() => _time.PendingTimers == 1, "the loop pauses");
        _api.Forget();
        await PauseAsync(TimeSpan.FromSeconds(5));
        await Eventually.IsTrue(() => _api.Services.ContainsKey("web-1"), "registered again");
    }

    [Fact]
    public async Task Run_RegistryDownAtFirst_RegistersWithinTwoSecondsOfItsReturnAndLogsOnce()
    {
        await _consul.DownAsync();
        Run();
        for (int i = 0; i < 8; i++)
            await PauseAsync(TimeSpan.FromSeconds(2));
        await Eventually.IsTrue(() => _time.PendingTimers == 1, "the loop pauses");
        await _consul.UpAsync();
        await PauseAsync(TimeSpan.FromSeconds(2));
        await PassesAsync(1);
        await Eventually.IsTrue(() => _log.Lines.Count == 2, "the loss and the recovery are logged once each");
        Assert.StartsWith("Warning: Cannot keep 'web-1' registered: PUT /v1/agent/service/register reached no agent", _log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Information: Registered", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RegistryFails_TriesAgainWithinAHeartbeat()
    {
        _api.Fault = async c =>
        {
            await FakeConsul.Text(c, 500, "No cluster leader");
            return true;
        };
        Run();
        int tries = 0;
        while (tries < 6)
        {
            // More than one try may fit into one advance: an answer can come while the clock still moves.
            await Eventually.IsTrue(() => _consul.Seen.Count > tries && _time.PendingTimers == 1, $"try {tries + 1} has failed");
            tries = _consul.Seen.Count;
            if (tries >= 6)
                _api.Fault = null;
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        await PassesAsync(1);
        await Eventually.IsTrue(() => _log.Lines.Count == 2, "the loss and the recovery are logged once each");
    }

    [Fact]
    public async Task Run_ConnectionToTheRegistryBreaks_RegistersAgainWithoutWaitingForTheNextReport()
    {
        _api.Hash = "h";
        Run();
        await PassesAsync(1);
        await Eventually.IsTrue(() => _consul.Targets("GET").Contains("/v1/agent/service/web-1?hash=h&wait=5m0s"), "the watch waits");
        await _consul.DownAsync();
        _api.Forget();
        await _consul.UpAsync();
        // Far less than a heartbeat's third of the TTL.
        await PauseAsync(TimeSpan.FromMilliseconds(200), timers: 1);
        await Eventually.IsTrue(() => _api.Services.ContainsKey("web-1") && _api.Passes["service:web-1"] == 2, "registered again");
    }

    [Fact]
    public async Task Run_RegistryThatDoesNotWait_IsNotAskedInALoop()
    {
        _api.Hash = "h";
        _api.Fault = async c =>
        {
            if (!c.Request.Query.ContainsKey("hash"))
                return false;
            c.Response.Headers["X-Consul-Contenthash"] = "h";
            await FakeConsul.Json(c, "{}");
            return true;
        };
        Run();
        await PassesAsync(1);
        for (int reports = 2; reports <= 4; reports++)
        {
            await PauseAsync(TimeSpan.FromSeconds(5));
            await PassesAsync(reports);
        }

        // At most one more with each step of the clock, which may fall into a question and look as if it had waited.
        Assert.InRange(_consul.Targets("GET").Count(t => t.Contains("hash=h", StringComparison.Ordinal)), 1, 4);
    }

    [Fact]
    public async Task Run_MaintenanceOfAnEarlierStop_IsEnded()
    {
        _api.Maintenance["web-1"] = ServiceRegistrar.StopReason;
        Run();
        await PassesAsync(1);
        Assert.Empty(_api.Maintenance);
        Assert.Contains("/v1/agent/checks?filter=CheckID%20%3D%3D%20%22_service_maintenance%3Aweb-1%22", _consul.Targets("GET"));
    }

    [Fact]
    public async Task Run_MaintenanceOfAnOperator_Stays()
    {
        _api.Maintenance["web-1"] = "upgrade";
        Run();
        await PassesAsync(1);
        Assert.Equal("upgrade", _api.Maintenance["web-1"]);
    }

    [Fact]
    public async Task Drain_Registered_IsInMaintenanceAndStillReports()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        await registrar.DrainAsync(CancellationToken.None);
        Assert.Equal(ServiceRegistrar.StopReason, _api.Maintenance["web-1"]);
        await PauseAsync(TimeSpan.FromSeconds(5));
        await PassesAsync(2);
        Assert.Equal("Information: 'web-1' is in maintenance mode and finishes its requests.", _log.Lines[^1]);
    }

    [Fact]
    public async Task Drain_RegistryForgetsMeanwhile_IsInMaintenanceAgain()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        await registrar.DrainAsync(CancellationToken.None);
        _api.Forget();
        await PauseAsync(TimeSpan.FromSeconds(5));
        await PassesAsync(2);
        Assert.Equal(ServiceRegistrar.StopReason, _api.Maintenance["web-1"]);
    }

    [Fact]
    public async Task Drain_RegistryFails_IsLogged()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        _api.Fault = async c =>
        {
            await FakeConsul.Text(c, 500, "boom");
            return true;
        };
        await registrar.DrainAsync(CancellationToken.None);
        Assert.Equal(
            "Warning: Could not put 'web-1' into maintenance mode: PUT /v1/agent/service/maintenance/web-1?enable=true&reason="
            + "The%20instance%20is%20stopping%20%28HashBalancer%20agent%29. answered 500: boom It stops without notice.",
            _log.Lines[^1]);
    }

    [Fact]
    public async Task Run_HttpCheckWithHeartbeat_ReportsTheSecondCheck()
    {
        Run(o =>
        {
            o.Check.Kind = CheckKind.Http;
            o.Check.Heartbeat = true;
        });
        await Eventually.IsTrue(() => _api.Reports.ContainsKey("service:web-1:heartbeat"), "the first report");
        Assert.Equal(new AgentCheckUpdate { Status = "passing", Output = "load" }, _api.Reports["service:web-1:heartbeat"]);
    }

    [Fact]
    public async Task Deregister_Registered_TakesItOut()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        await EndAsync();
        await registrar.DeregisterAsync(CancellationToken.None);
        Assert.Empty(_api.Services);
        Assert.False(registrar.IsRegistered);
        Assert.Equal("Information: Deregistered 'web-1'.", _log.Lines[^1]);
    }

    [Fact]
    public async Task Deregister_RegistryDoesNotAnswer_GivesUpInTime()
    {
        ServiceRegistrar registrar = Run();
        await PassesAsync(1);
        await EndAsync();
        _api.Fault = async c =>
        {
            await FakeConsul.Hang(c);
            return true;
        };
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await registrar.DeregisterAsync(limit.Token);
        Assert.Equal("Warning: Could not deregister 'web-1': no answer in time. Its check will turn critical.", _log.Lines[^1]);
    }

    [Fact]
    public async Task Deregister_NeverRegistered_AsksNothing()
    {
        ServiceRegistrar registrar = Create();
        await registrar.DeregisterAsync(CancellationToken.None);
        Assert.Empty(_consul.Seen);
    }

    private ServiceRegistrar Create(Action<AgentOptions>? configure = null)
    {
        var options = new AgentOptions { Service = "web", Id = "web-1" };
        configure?.Invoke(options);
        AgentServiceRegistration registration = RegistrationBuilder.Build(options, new ServiceEndpoint("10.0.0.7", 5000), "host");
        return new ServiceRegistrar(
            _client, registration, _ => ValueTask.FromResult(new Heartbeat(CheckStatus.Passing, "load")), _time, new Random(1), _log);
    }

    private ServiceRegistrar Run(Action<AgentOptions>? configure = null)
    {
        ServiceRegistrar registrar = Create(configure);
        _running = registrar.RunAsync(_stop.Token);
        return registrar;
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private Task PassesAsync(int count) =>
        Eventually.IsTrue(() => _api.Passes.GetValueOrDefault("service:web-1") == count, $"{count} reports");

    private async Task PauseAsync(TimeSpan by, int timers = 1)
    {
        await Eventually.IsTrue(() => _time.PendingTimers == timers, "the loop pauses");
        _time.Advance(by);
    }
}
