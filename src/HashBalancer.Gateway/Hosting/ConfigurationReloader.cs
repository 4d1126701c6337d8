using HashBalancer.Consul;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Follows changes of the configuration files: a valid whole takes effect, a faulty one is refused and the old one stays.</summary>
internal sealed class ConfigurationReloader(
    LoadedConfiguration atStart, ConfigurationInForce inForce, TimeProvider time, ILogger<ConfigurationReloader> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        SettledChanges.FollowAsync(atStart.Source.Fingerprint, () => ReloadAsync(atStart.Source), time, stoppingToken);

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
        inForce.Root = loaded.Root;
        logger.LogInformation("The changed configuration is in force: {Pools} pool(s), {Routes} route(s).", next.Pools.Length, next.Routes.Count);
        if (!next.Listeners().SequenceEqual(atStart.Configuration.Listeners()) || !SameAgents(next.Consul, atStart.Configuration.Consul))
            logger.LogWarning("Changed listen addresses and changed keys under HashBalancer:Consul take effect at the next start.");
    }

    private static bool SameAgents(ConsulClientOptions? a, ConsulClientOptions? b) =>
        (a?.AllAddresses ?? []).SequenceEqual(b?.AllAddresses ?? [])
        && (a?.Token, a?.TokenFile, a?.Datacenter, a?.RequestTimeout, a?.ConnectTimeout) == (b?.Token, b?.TokenFile, b?.Datacenter, b?.RequestTimeout, b?.ConnectTimeout);
}
