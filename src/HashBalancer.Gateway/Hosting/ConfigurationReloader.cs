using System.Runtime.InteropServices;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Follows changes of the configuration files: a valid whole takes effect, a faulty one is refused and the old one stays. SIGHUP has them read
/// at once.</summary>
internal sealed class ConfigurationReloader(
    LoadedConfiguration atStart, ConfigurationInForce inForce, TimeProvider time, ILogger<ConfigurationReloader> logger)
    : BackgroundService
{
    private const int MostShown = 50;

    private readonly SemaphoreSlim _reloading = new(1, 1);
    private string _read = ""; // The fingerprint of what was read last. Guarded by _reloading.

    public override void Dispose()
    {
        _reloading.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PosixSignalRegistration? signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            // Its own meaning is to end the process.
            context.Cancel = true;
            _ = ReloadAsync(isAsked: true);
        });
        await SettledChanges.FollowAsync(atStart.Source.Fingerprint, () => ReloadAsync(isAsked: false), time, stoppingToken);
    }

    private async Task ReloadAsync(bool isAsked)
    {
        await _reloading.WaitAsync();
        try
        {
            string fingerprint = atStart.Source.Fingerprint();
            if (!isAsked && fingerprint == _read)
                return;
            _read = fingerprint;
            await ReloadAsync(atStart.Source);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or AggregateException)
        {
            logger.LogError(new EventId(4005, "ConfigurationNotPutInForce"), error, "The changed configuration could not be put into force");
        }
        finally
        {
            _reloading.Release();
        }
    }

    private async Task ReloadAsync(ConfigurationSource source)
    {
        (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await LoadedConfiguration.LoadAsync(source);
        if (loaded is null)
        {
            logger.LogError(new EventId(4000, "ConfigurationRefused"), "The changed configuration has {Count} fault(s) and is refused; the one in force stays.{Faults}",
                errors.Count, Lines(errors));
            return;
        }

        GatewayConfiguration next = loaded.Configuration;
        await inForce.ApplyAsync(next);
        IReadOnlyList<ChangedKey> changes = ConfigurationDiff.Of(inForce.Root, loaded.Root);
        inForce.Root = loaded.Root;
        logger.LogInformation(
            new EventId(4001, "ConfigurationInForce"), "The changed configuration is in force: {Pools} pool(s), {Routes} route(s), {Changes} changed key(s).{Keys}",
            next.Pools.Length, next.Routes.Count, changes.Count, Lines(changes));
        ChangedKey[] later = [.. changes.Where(change => !change.IsFollowed)];
        if (later.Length > 0)
            logger.LogWarning(new EventId(4002, "ConfigurationNeedsRestart"), "{Count} changed key(s) take effect at the next start:{Keys}", later.Length, Lines(later.Select(change => change.Key)));
    }

    private static string Lines(IEnumerable<object> entries)
    {
        object[] all = [.. entries];
        string shown = string.Concat(all.Take(MostShown).Select(entry => $"{Environment.NewLine}  {entry}"));
        return all.Length > MostShown ? $"{shown}{Environment.NewLine}  and {all.Length - MostShown} more" : shown;
    }
}
