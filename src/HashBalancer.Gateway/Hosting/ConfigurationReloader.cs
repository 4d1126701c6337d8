using System.Threading.Channels;
using HashBalancer.Consul;
using HashBalancer.Gateway.Configuration;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Follows changes of the configuration files: a valid whole takes effect, a faulty one is refused and the old one stays.</summary>
internal sealed class ConfigurationReloader(
    IConfigurationRoot root, GatewayConfiguration atStart, ConfigurationInForce inForce, TimeProvider time, ILogger<ConfigurationReloader> logger)
    : BackgroundService
{
    // Editors write a file in several steps, each of which raises a change.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using IDisposable registration = ChangeToken.OnChange(root.GetReloadToken, () => changes.Writer.TryWrite(true));
        while (await changes.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Settle, time, stoppingToken);
            changes.Reader.TryRead(out _);
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        (GatewayConfiguration? next, IReadOnlyList<ConfigurationError> errors) = await ConfigurationLoader.LoadAsync(root);
        if (next is null)
        {
            logger.LogError("The changed configuration has {Count} fault(s) and is refused; the one in force stays.{Faults}",
                errors.Count, string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}")));
            return;
        }

        inForce.Apply(next);
        logger.LogInformation("The changed configuration is in force: {Pools} pool(s), {Routes} route(s).", next.Pools.Length, next.Routes.Count);
        if (!next.Listeners().SequenceEqual(atStart.Listeners()) || !SameAgents(next.Consul, atStart.Consul))
            logger.LogWarning("Changed listen addresses and changed keys under HashBalancer:Consul take effect at the next start.");
    }

    private static bool SameAgents(ConsulClientOptions? a, ConsulClientOptions? b) =>
        (a?.AllAddresses ?? []).SequenceEqual(b?.AllAddresses ?? [])
        && (a?.Token, a?.TokenFile, a?.Datacenter, a?.RequestTimeout, a?.ConnectTimeout) == (b?.Token, b?.TokenFile, b?.Datacenter, b?.RequestTimeout, b?.ConnectTimeout);
}
