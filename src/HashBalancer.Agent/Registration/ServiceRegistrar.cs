using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;
using Polly;

namespace HashBalancer.Agent;

/// <summary>Keeps one instance registered: registers, reports, registers again when the registry lost it, drains it and takes it out at the end.</summary>
/// <remarks><see cref="RunAsync"/> runs beside <see cref="DrainAsync"/>, but must have ended before <see cref="DeregisterAsync"/>.</remarks>
internal sealed class ServiceRegistrar
{
    /// <summary>Why an instance that stops is in maintenance mode; the next one of the same id ends a maintenance that says so.</summary>
    public const string StopReason = "The instance is stopping (HashBalancer agent).";

    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(200);
    private readonly ConsulClient _client;
    private readonly AgentServiceRegistration _registration;
    private readonly string? _heartbeatCheckId;
    private readonly Func<CancellationToken, ValueTask<Heartbeat>> _heartbeat;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly RegistrationLog _log;
    private readonly ResiliencePipeline _retries;
    private readonly PresenceWatch _presence;
    private bool _registered;
    private bool _draining;

    /// <param name="client">The registry.</param>
    /// <param name="registration">The instance, with its id and its checks.</param>
    /// <param name="heartbeat">What is reported to the instance's TTL check, if it has one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="jitter">The chance in delays.</param>
    /// <param name="logger">Told of each change of state once.</param>
    public ServiceRegistrar(
        ConsulClient client,
        AgentServiceRegistration registration,
        Func<CancellationToken, ValueTask<Heartbeat>> heartbeat,
        TimeProvider time,
        Random jitter,
        ILogger logger)
    {
        _client = client;
        _registration = registration;
        _heartbeat = heartbeat;
        _time = time;
        AgentServiceCheck? reported = (registration.Checks ?? []).FirstOrDefault(check => check.TTL is not null);
        _heartbeatCheckId = reported?.CheckID;
        _interval = (reported?.TTL?.TimeSpan ?? TimeSpan.FromSeconds(15)) / 3;
        _log = new RegistrationLog(logger, registration, client);
        _presence = new PresenceWatch(client, registration.ID!, time);
        // Nothing may wait for longer than a heartbeat: the TTL runs on.
        var atMost = (TimeSpan first) => new RetryPace(first < _interval ? first : _interval, _interval);
        var paces = new RetryPaces { ServerError = atMost(TimeSpan.FromSeconds(1)), Configuration = atMost(TimeSpan.FromSeconds(5)) };
        _retries = paces.Build(time, jitter, null, (error, _, _) =>
        {
            _log.Failing(error);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>The instance's id.</summary>
    public string ServiceId => _registration.ID!;

    /// <summary>Whether the registry has the instance, as far as is known.</summary>
    public bool IsRegistered => Volatile.Read(ref _registered);

    /// <summary>Keeps the instance registered until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Task? doubt = null;
        try
        {
            while (true)
            {
                await _retries.ExecuteAsync(static (self, stop) => self.BeatAsync(stop), this, cancellation);
                doubt ??= _presence.UntilDoubtAsync(cancellation);
                if (await PauseAsync(doubt, cancellation))
                    doubt = null;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to end; the watch ends by the same token.
            if (doubt is not null)
                await doubt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Puts the instance into maintenance mode, so that gateways send it nothing new; a failure is logged.</summary>
    /// <returns>Whether the registry knows of it.</returns>
    public async Task<bool> DrainAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _draining, true);
        if (!IsRegistered)
            return false;
        try
        {
            await _client.Agent.SetServiceMaintenanceAsync(ServiceId, enable: true, StopReason, cancellation);
            _log.Draining();
            return true;
        }
        catch (Exception e) when (e is ConsulException or OperationCanceledException)
        {
            _log.DrainFailed(e);
            return false;
        }
    }

    /// <summary>Takes the instance out; a failure is logged, the registry then sees the check fail.</summary>
    public async Task DeregisterAsync(CancellationToken cancellation)
    {
        if (!IsRegistered)
            return;
        try
        {
            await _client.Agent.DeregisterServiceAsync(ServiceId, cancellation);
            Volatile.Write(ref _registered, false);
            _log.Deregistered();
        }
        catch (ConsulNotFoundException)
        {
            _log.Deregistered();
        }
        catch (Exception e) when (e is ConsulException or OperationCanceledException)
        {
            _log.DeregistrationFailed(e);
        }
    }

    /// <returns>Whether the pause ended because the registry may have lost the instance.</returns>
    private async Task<bool> PauseAsync(Task doubt, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task pause = Task.Delay(_interval, _time, over.Token);
        bool doubted = await Task.WhenAny(pause, doubt) == doubt;
        cancellation.ThrowIfCancellationRequested();
        if (!doubted)
            return false;
        await over.CancelAsync();
        await Task.Delay(_interval < LeastPause ? _interval : LeastPause, _time, cancellation);
        return true;
    }

    private async ValueTask BeatAsync(CancellationToken cancellation)
    {
        if (IsRegistered)
        {
            try
            {
                await ReportAsync(cancellation);
                _log.Registered();
                return;
            }
            catch (ConsulNotFoundException)
            {
                Volatile.Write(ref _registered, false);
                _log.Lost();
            }
        }

        await _client.Agent.RegisterServiceAsync(_registration, replaceExistingChecks: false, cancellation);
        await SettleMaintenanceAsync(cancellation);
        Volatile.Write(ref _registered, true);
        // A check that existed before keeps its status through a registration: only a report makes it pass.
        await ReportAsync(cancellation);
        _log.Registered();
    }

    // Maintenance outlives a registration. One that an earlier life of this instance set when it stopped must end; an operator's stays.
    private async Task SettleMaintenanceAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _draining))
        {
            await _client.Agent.SetServiceMaintenanceAsync(ServiceId, enable: true, StopReason, cancellation);
            return;
        }

        string checkId = CheckStatus.ServiceMaintenanceCheckPrefix + ServiceId;
        IReadOnlyDictionary<string, HealthCheck> found = await _client.Agent.ChecksAsync($"CheckID == \"{checkId}\"", cancellation);
        if (found.TryGetValue(checkId, out HealthCheck? maintenance) && maintenance.Notes == StopReason)
            await _client.Agent.SetServiceMaintenanceAsync(ServiceId, enable: false, cancellation: cancellation);
    }

    // A TTL check is reported; with any other check the agent is asked whether it still has the instance.
    private async Task ReportAsync(CancellationToken cancellation)
    {
        if (_heartbeatCheckId is null)
        {
            await _client.Agent.ServiceAsync(ServiceId, null, cancellation);
            return;
        }

        Heartbeat heartbeat = await _heartbeat(cancellation);
        await _client.Agent.UpdateCheckAsync(_heartbeatCheckId, heartbeat.Status, heartbeat.Output, cancellation);
    }
}
