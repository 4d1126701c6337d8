using HashBalancer.Consul;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Follows changes of the configuration files: a valid whole takes effect, a faulty one is refused and the old one stays.</summary>
/// <remarks>
/// The files' contents are compared once a second. Notifications of the file system miss files behind links that are swapped,
/// as Kubernetes mounts them, and come in the middle of a write.
/// </remarks>
internal sealed class ConfigurationReloader(
    LoadedConfiguration atStart, ConfigurationInForce inForce, TimeProvider time, ILogger<ConfigurationReloader> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ConfigurationSource source = atStart.Source;
        string inForceNow = source.Fingerprint();
        string before = inForceNow;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            string now = source.Fingerprint();

            // Two looks alike, a second apart: nobody is in the middle of writing.
            if (now == before && now != inForceNow)
            {
                inForceNow = now;
                await ReloadAsync(source);
            }

            before = now;
        }
    }

    private async Task ReloadAsync(ConfigurationSource source)
    {
        (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await LoadedConfiguration.LoadAsync(source);
        if (loaded is null)
        {
            logger.LogError("The changed configuration has {Count} fault(s) and is refused; the one in force stays.{Faults}",
                errors.Count, string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}")));
            return;
        }

        GatewayConfiguration next = loaded.Configuration;
        await inForce.ApplyAsync(next);
        logger.LogInformation("The changed configuration is in force: {Pools} pool(s), {Routes} route(s).", next.Pools.Length, next.Routes.Count);
        if (!next.Listeners().SequenceEqual(atStart.Configuration.Listeners()) || !SameAgents(next.Consul, atStart.Configuration.Consul))
            logger.LogWarning("Changed listen addresses and changed keys under HashBalancer:Consul take effect at the next start.");
    }

    private static bool SameAgents(ConsulClientOptions? a, ConsulClientOptions? b) =>
        (a?.AllAddresses ?? []).SequenceEqual(b?.AllAddresses ?? [])
        && (a?.Token, a?.TokenFile, a?.Datacenter, a?.RequestTimeout, a?.ConnectTimeout) == (b?.Token, b?.TokenFile, b?.Datacenter, b?.RequestTimeout, b?.ConnectTimeout);
}
