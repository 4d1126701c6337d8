using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;
using Polly;

namespace HashBalancer.Agent;

/// <summary>Keeps one instance registered: registers, reports, registers again when the registry lost it, and takes it out at the end.</summary>
/// <remarks>For one caller at a time: <see cref="RunAsync"/> must have ended before <see cref="DeregisterAsync"/>.</remarks>
internal sealed class ServiceRegistrar
{
    private readonly ConsulClient _client;
    private readonly AgentServiceRegistration _registration;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly RegistrationLog _log;
    private readonly ResiliencePipeline _retries;
    private bool _registered;

    public ServiceRegistrar(ConsulClient client, AgentServiceRegistration registration, TimeProvider time, Random jitter, ILogger logger)
    {
        _client = client;
        _registration = registration;
        _time = time;
        _interval = HeartbeatInterval(registration.Check!);
        _log = new RegistrationLog(logger, registration, client);
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
        try
        {
            while (true)
            {
                await _retries.ExecuteAsync(static (self, stop) => self.BeatAsync(stop), this, cancellation);
                await Task.Delay(_interval, _time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to end.
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

    private static TimeSpan HeartbeatInterval(AgentServiceCheck check) => (check.TTL?.TimeSpan ?? TimeSpan.FromSeconds(15)) / 3;

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

        await _client.Agent.RegisterServiceAsync(_registration, replaceExistingChecks: true, cancellation);
        Volatile.Write(ref _registered, true);
        // A check that existed before keeps its status through a registration: only a report makes it pass.
        await ReportAsync(cancellation);
        _log.Registered();
    }

    // A TTL check is reported; with any other check the agent is asked whether it still has the instance.
    private async Task ReportAsync(CancellationToken cancellation)
    {
        if (_registration.Check!.TTL is not null)
            await _client.Agent.UpdateCheckAsync(_registration.Check.CheckID!, CheckStatus.Passing, "", cancellation);
        else
            await _client.Agent.ServiceAsync(ServiceId, null, cancellation);
    }
}
