using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Failovers.Rig;

/// <summary>A gateway in a process of its own.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Uri _admin;
    private bool _dead;

    private GatewayProcess(string name, ChildProcess process, Uri proxy, Uri admin)
    {
        (Name, _process, Proxy, _admin) = (name, process, proxy, admin);
    }

    public string Name { get; }

    public Uri Proxy { get; }

    /// <summary>Whether it was killed: from before its last moment on.</summary>
    public bool IsDead => Volatile.Read(ref _dead);

    public static async Task<GatewayProcess> StartAsync(string name, string assembly, string config, CancellationToken stop)
    {
        ChildProcess process = ChildProcess.Start(name, "dotnet", [assembly, "run", "--config", config, "--until-stdin-closes", $"--HashBalancer:Coordination:GatewayName={name}"]);
        try
        {
            var addresses = new Dictionary<string, Uri>(StringComparer.Ordinal);
            await process.WaitForLine(
                line =>
                {
                    foreach (string what in (string[])["proxy", "admin"])
                    {
                        if (PrintedAddress.In(line, what) is { } address)
                            addresses[what] = address;
                    }

                    return addresses.Count == 2 ? addresses : null;
                },
                StartLimit, stop);
            return new GatewayProcess(name, process, addresses["proxy"], addresses["admin"]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a power cut does.</summary>
    public void Kill()
    {
        Volatile.Write(ref _dead, true);
        using var process = Process.GetProcessById(_process.Id);
        process.Kill();
    }

    /// <summary>Whether it leads, and whether it is ready.</summary>
    public async Task<(bool Leads, bool IsReady, bool SeesRegistry)> StateAsync(CancellationToken stop)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(_admin, "/readyz"), stop);
        JsonElement report = await response.Content.ReadFromJsonAsync<JsonElement>(stop);
        return (report.GetProperty("isLeader").GetBoolean(), response.IsSuccessStatusCode, report.GetProperty("registry").GetProperty("state").GetString() == "Reachable");
    }

    /// <summary>The version of the assignment in force.</summary>
    public async Task<long> VersionAsync(CancellationToken stop) =>
        (await _client.GetFromJsonAsync<JsonElement>(new Uri(_admin, $"/api/v1/pools/{FailoverRig.Pool}/rebalancing"), stop)).GetProperty("version").GetInt64();

    /// <summary>The sum of a metric's samples; 0 when there is none.</summary>
    public async Task<double> MetricAsync(string metric, CancellationToken stop) =>
        (await _client.GetStringAsync(new Uri(_admin, "/metrics"), stop)).Split('\n')
            .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Length > metric.Length && (line[metric.Length] is '{' or ' '))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _dead, true);
        await _process.DisposeAsync();
        _client.Dispose();
    }
}
