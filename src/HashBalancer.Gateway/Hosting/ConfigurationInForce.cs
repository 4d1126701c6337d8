using HashBalancer.Control;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Proxy;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>
/// Puts into force, while running, what is configured together with what services announce: pools, policies, routes, clusters.
/// </summary>
/// <remarks>Thread-safe: changes come into force one after the other.</remarks>
internal sealed class ConfigurationInForce(
    PoolPolicies policies, SnapshotPublisher publisher, MembershipService membership, AllocatedPools allocated, InMemoryConfigProvider yarp, IConfigValidator validator,
    IServiceProvider services, ILogger<ConfigurationInForce> logger) : IHostedService, IDisposable
{
    // Absent when announcements are switched off.
    private readonly AnnouncementService? _announcements = services.GetService<AnnouncementService>();
    private readonly SemaphoreSlim _applying = new(1, 1);
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal); // Guarded by _applying.
    private GatewayConfiguration? _configured; // Guarded by _applying.

    /// <summary>What the configuration in force was read from.</summary>
    public IConfigurationRoot Root { get => Volatile.Read(ref field); set => Volatile.Write(ref field, value); } = services.GetRequiredService<LoadedConfiguration>().Root;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_announcements is not null)
            _announcements.Changed += AnnouncementsChanged;
        return ApplyAsync(configured: null);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_announcements is not null)
            _announcements.Changed -= AnnouncementsChanged;
        return Task.CompletedTask;
    }

    /// <summary>Puts a checked configuration into force, or, given none, the one in force once more with the announcements of now.</summary>
    public async Task ApplyAsync(GatewayConfiguration? configured)
    {
        await _applying.WaitAsync();
        try
        {
            _configured = configured ?? _configured;
            if (_configured is null)
                return;
            HashSet<string> warnings = new(StringComparer.Ordinal);
            GatewayConfiguration merged = await AnnouncedRoutes.MergeAsync(
                _configured, _announcements is null ? [] : _announcements.Current, validator, warning => warnings.Add(warning));
            foreach (string warning in warnings.Where(_warned.Add))
                logger.LogWarning(new EventId(4003, "AnnouncementWarning"), "{Warning}", warning);
            _warned.IntersectWith(warnings);

            // Policies first: a route that already leads to a new pool must find how it is keyed.
            policies.Replace(merged.Policies);
            publisher.SetSlowStarts(merged.SlowStarts);
            allocated.Replace(merged.Allocated);
            membership.Apply(merged.Pools);
            yarp.Update(merged.Routes, merged.Clusters);
        }
        finally
        {
            _applying.Release();
        }
    }

    public void Dispose() => _applying.Dispose();

    private void AnnouncementsChanged(object? sender, EventArgs e) => _ = ApplyLoggedAsync();

    private async Task ApplyLoggedAsync()
    {
        try
        {
            await ApplyAsync(configured: null);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or AggregateException)
        {
            logger.LogError(new EventId(4004, "AnnouncementsRefused"), error, "Announced routes could not be put into force; those before stay");
        }
    }
}
