using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>One gateway: a process that can be killed and started again at its ports.</summary>
/// <param name="assembly">The gateway's dll.</param>
/// <param name="configuration">The configuration file that all gateways of the fleet share.</param>
/// <param name="number">From 1.</param>
/// <param name="registry">Where the registry is.</param>
internal sealed class FleetGateway(string assembly, string configuration, int number, Uri registry) : IAsyncDisposable
{
    private ChildProcess? _process;
    private Uri? _proxy;
    private Uri? _admin;
    private Entrance? _entrance;

    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"gateway-{number}");

    public Entrance Entrance => _entrance ?? throw new InvalidOperationException($"{Name} has not started.");

    public Uri Admin => _admin ?? throw new InvalidOperationException($"{Name} has not started.");

    /// <summary>The process's id; null while it does not run.</summary>
    public int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    public async Task Start(CancellationToken cancellation)
    {
        _process = ChildProcess.Start(Name, "dotnet",
        [
            assembly, "run", "--config", configuration, "--until-stdin-closes", $"--HashBalancer:Consul:Address={registry.GetLeftPart(UriPartial.Authority)}",
            $"--HashBalancer:Coordination:GatewayName={Name}", $"--HashBalancer:Proxy:Listen={Listen(_proxy)}", $"--HashBalancer:Admin:Listen={Listen(_admin)}",
        ]);
        _proxy = await _process.WaitForLine(line => PrintedAddress.In(line, "proxy"), Fleet.StartLimit, cancellation);
        _admin = await _process.WaitForLine(line => PrintedAddress.In(line, "admin"), Fleet.StartLimit, cancellation);
        _entrance ??= new Entrance(_proxy);
    }

    public async Task Kill()
    {
        if (_process is null)
            return;
        await _process.Kill();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>What it serves, and whether it leads; null while it does not answer.</summary>
    public async Task<GatewayState?> State(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(Admin, "/readyz"), cancellation);
            JsonNode? report = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
            Dictionary<string, int> up = report?["pools"]?.AsArray().ToDictionary(p => (string?)p?["name"] ?? "", p => (int?)p?["up"] ?? 0, StringComparer.Ordinal) ?? [];
            return new GatewayState(up, (bool?)report?["isLeader"] ?? false);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    /// <param name="UpByPool">Nodes that serve, by pool.</param>
    /// <param name="Leads">Whether it is the leader.</param>
    internal sealed record GatewayState(IReadOnlyDictionary<string, int> UpByPool, bool Leads)
    {
        public int Up(string pool) => UpByPool.GetValueOrDefault(pool);
    }

    private static string Listen(Uri? before) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{before?.Port ?? 0}");
}
