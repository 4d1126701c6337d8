using Microsoft.Extensions.Logging;

namespace HashBalancer.Registry;

/// <summary>What a registry does by the clock: takes out services that stay critical, forgets what is over, and sets direct writes to its own
/// node right.</summary>
internal sealed class Housekeeper(RegistryState state, ILogger<Housekeeper> logger) : IDisposable
{
    /// <summary>How often Consul looks for services to take out.</summary>
    private static readonly TimeSpan ReapInterval = TimeSpan.FromSeconds(30);

    /// <summary>How often a Consul agent compares the catalog with what it knows.</summary>
    private static readonly TimeSpan SyncInterval = TimeSpan.FromMinutes(1);

    private ITimer? _reap;
    private ITimer? _sync;

    public void Start()
    {
        _reap = state.Time.CreateTimer(_ => Reap(), null, ReapInterval, ReapInterval);
        _sync = state.Time.CreateTimer(_ => Sync(), null, SyncInterval, SyncInterval);
    }

    public void Dispose()
    {
        _reap?.Dispose();
        _sync?.Dispose();
    }

    private void Reap()
    {
        using Change change = state.BeginChange();
        foreach (string id in state.Agent.Reap(change))
            logger.LogInformation(new EventId(3000, "ServiceTakenOut"), "Service {ServiceId} taken out: critical for longer than its registration allows", id);
        TimeSpan now = state.Uptime;
        state.Views.Prune(now);
        state.Keys.ReapTombstones(now);
        state.KeyWriter.PruneLockDelays(now);
    }

    private void Sync()
    {
        using Change change = state.BeginChange();
        state.Agent.Reconcile(change);
    }
}
