using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.Comparison.Peers;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Failovers.Rig;

/// <summary>A registry, three gateways that rebalance, six nodes of unlike speed, and clients.</summary>
internal sealed class FailoverRig : IAsyncDisposable
{
    public const string Pool = "nodes";
    private const int Gateways = 3;

    // The third byte of the nodes' addresses: no other run beside this one has it.
    private const int FleetNumber = 231;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), RegistrationInterval = TimeSpan.FromSeconds(2);
    private static readonly double[] Speeds = [1, 1, 1, 1, 2, 0.5];

    private readonly string _assembly;
    private readonly TimeProvider _time;
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("hashbalancer-failovers-");
    private readonly int _registryPort = FreePort.Next();
    private readonly HttpClient _client = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Fleet _fleet;
    private readonly List<GatewayProcess> _gateways = [];
    private ChildProcess? _registry;
    private Task _registering = Task.CompletedTask;
    private int _started;

    private FailoverRig(string assembly, TimeProvider time)
    {
        (_assembly, _time) = (assembly, time);
        _fleet = new Fleet(FleetNumber, new BalanceScenario(1.0, "failovers", Speeds), new RunClock(time));
    }

    /// <summary>Those that run.</summary>
    public IReadOnlyList<GatewayProcess> Alive
    {
        get
        {
            lock (_gateways)
                return [.. _gateways.Where(gateway => !gateway.IsDead)];
        }
    }

    public Clients Clients { get; private set; } = null!;

    public static async Task<FailoverRig> StartAsync(string assembly, double rate, TimeProvider time, CancellationToken stop)
    {
        var rig = new FailoverRig(assembly, time);
        try
        {
            await rig.StartRegistryAsync(stop);
            rig._registering = rig.RegisterAsync();
            for (int i = 0; i < Gateways; i++)
                await rig.AddGatewayAsync(stop);
            rig.Clients = new Clients(rig, rate, time);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts another gateway and waits until it serves.</summary>
    public async Task AddGatewayAsync(CancellationToken stop)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"gateway-{++_started}"), config = Path.Combine(_scratch.FullName, name + ".json");
        await File.WriteAllTextAsync(config, Config().ToJsonString(), stop);
        GatewayProcess gateway = await GatewayProcess.StartAsync(name, _assembly, config, stop);
        await UntilAsync(async () => (await gateway.StateAsync(stop)).IsReady && (await _client.GetAsync(gateway.Proxy, stop)).IsSuccessStatusCode, $"{name} serves", stop);
        lock (_gateways)
            _gateways.Add(gateway);
    }

    public async Task StartRegistryAsync(CancellationToken stop)
    {
        _registry = ChildProcess.Start("registry", "dotnet", [_assembly, "registry", "--until-stdin-closes", "--listen", $"127.0.0.1:{_registryPort}"]);
        await _registry.WaitForLine(line => PrintedAddress.In(line, "registry"), Patience, stop);
    }

    /// <summary>As a power cut does, with all that it knew.</summary>
    public async Task KillRegistryAsync()
    {
        using (var process = System.Diagnostics.Process.GetProcessById(_registry!.Id))
            process.Kill();
        await _registry.DisposeAsync();
        _registry = null;
    }

    /// <summary>The gateway that leads, once one does.</summary>
    public async Task<GatewayProcess> LeaderAsync(CancellationToken stop)
    {
        GatewayProcess? leader = null;
        await UntilAsync(
            async () =>
            {
                foreach (GatewayProcess gateway in Alive)
                {
                    if ((await gateway.StateAsync(stop)).Leads)
                        leader = gateway;
                }

                return leader is not null;
            },
            "a gateway leads", stop);
        return leader!;
    }

    /// <summary>Waits for something.</summary>
    /// <exception cref="TargetException">It did not come.</exception>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken stop, TimeSpan? patience = null)
    {
        long begun = _time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // Not there yet, not any more, or too busy to answer.
            }

            if (_time.GetElapsedTime(begun) > (patience ?? Patience))
                throw new TargetException($"In vain: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        if (Clients is not null)
            await Clients.StopAsync();
        await _registering;
        foreach (GatewayProcess gateway in _gateways)
            await gateway.DisposeAsync();
        if (_registry is not null)
            await _registry.DisposeAsync();
        _fleet.Dispose();
        _client.Dispose();
        _over.Dispose();
        _scratch.Delete(recursive: true);
    }

    /// <summary>As agents do: a registry that lost the nodes is told of them again.</summary>
    private async Task RegisterAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                foreach ((int index, string address) in _fleet.Addresses.Index())
                {
                    IPEndPoint at = IPEndPoint.Parse(address);
                    var service = new JsonObject { ["ID"] = $"node-{index + 1}", ["Name"] = Pool, ["Address"] = at.Address.ToString(), ["Port"] = at.Port };
                    using HttpResponseMessage response = await _client.PutAsJsonAsync(new Uri($"http://127.0.0.1:{_registryPort}/v1/agent/service/register"), service, _over.Token);
                    response.EnsureSuccessStatusCode();
                }

                await Task.Delay(RegistrationInterval, _time, _over.Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(RegistrationInterval / 4, _time, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private JsonObject Config() => new()
    {
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject { ["all"] = new JsonObject { ["ClusterId"] = Pool, ["Match"] = new JsonObject { ["Path"] = "/{**rest}" } } },
            ["Clusters"] = new JsonObject { [Pool] = new JsonObject() },
        },
        ["HashBalancer"] = new JsonObject
        {
            ["Proxy"] = new JsonObject { ["Listen"] = "127.0.0.1:0" },
            ["Admin"] = new JsonObject { ["Listen"] = "127.0.0.1:0" },
            ["Consul"] = new JsonObject { ["Address"] = $"http://127.0.0.1:{_registryPort}" },
            ["Rebalancing"] = new JsonObject { ["Mode"] = "On" },
            ["Pools"] = new JsonObject { [Pool] = new JsonObject { ["Service"] = Pool, ["HashKeys"] = new JsonArray("header:X-User-Id") } },
        },
    };
}
