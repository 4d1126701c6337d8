using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Agent;

/// <summary>Ties the registration to the host's life: in once the server listens, drained and out before it stops.</summary>
internal sealed partial class AgentHostedService(
    IOptions<AgentOptions> options,
    IServer server,
    RequestTraffic traffic,
    IEnumerable<IUtilisationSource> utilisation,
    TimeProvider time,
    ILogger<AgentHostedService> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _stop = new();
    private ConsulClient? _client;
    private ServiceRegistrar? _registrar;
    private LoadEntry? _entry;
    private Task _running = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Every hosted service has started by now, the server among them: its ports are known, 0 resolved.
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        AgentOptions agent = options.Value;
        ICollection<string> bound = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        _client = new ConsulClient(agent.Consul, time: time);
        ServiceEndpoint endpoint = EndpointDiscovery.Find(agent, bound, _client.CurrentAddress);
        AgentServiceRegistration registration = RegistrationBuilder.Build(agent, endpoint, Environment.MachineName);
        Action<LoadReport>? measured = agent.Load.ResponseHeader ? report => traffic.Load = new RequestTraffic.HeaderValue(report.ToString()) : null;
        var load = LoadSampler.Create(agent.Load, new OwnProcessUsage(), traffic.Requests, utilisation, time, measured, LogUtilisationFault);
        _entry = LoadEntry.Of(_client, agent.Load, agent.Load.ResponseHeader, registration.ID!, logger);
        _registrar = new ServiceRegistrar(
            _client,
            registration,
            stop => BeatAsync(load, stop),
            time,
            new Random(unchecked((int)time.GetTimestamp())),
            logger);
        _running = Task.WhenAll(WatchedAsync(load.RunAsync(_stop.Token)), WatchedAsync(_registrar.RunAsync(_stop.Token)));
        return Task.CompletedTask;
    }

    // Before any hosted service stops: the server still answers while the gateways learn to send requests elsewhere.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        bool noticed = false;
        if (_registrar is not null && options.Value.Drain.Enabled)
            await BoundedAsync(async stop => noticed = await _registrar.DrainAsync(stop), cancellationToken);
        if (noticed)
            await FinishRequestsAsync(options.Value.Drain, cancellationToken);
        await _stop.CancelAsync();
        await _running;
        if (_registrar is not null)
            await BoundedAsync(_registrar.DeregisterAsync, cancellationToken);
        if (_entry is not null)
            await BoundedAsync(_entry.RemoveAsync, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _client?.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<Heartbeat> BeatAsync(LoadSampler load, CancellationToken cancellation)
    {
        LoadReport report = load.Current;
        if (_entry is not null)
            await _entry.TellAsync(report, cancellation);
        return new Heartbeat(CheckStatus.Passing, report.ToString());
    }

    // Nobody awaits these loops before the end: an error in them must be heard of when it happens.
    private async Task WatchedAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception e)
        {
            LogLoopFault(e);
        }
    }

    // The heartbeats go on meanwhile: an instance in maintenance that falls silent would be taken for dead.
    private async Task FinishRequestsAsync(DrainOptions drain, CancellationToken cancellation)
    {
        traffic.IsClosing = true;
        long started = time.GetTimestamp();
        try
        {
            await Task.Delay(drain.MinTime, time, cancellation);
            while (traffic.Requests.InFlight > 0 && time.GetElapsedTime(started) < drain.Timeout)
                await Task.Delay(DrainPoll, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The host's own limit: what is left gets no more time.
        }
    }

    private async Task BoundedAsync(Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.Value.DeregisterTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        await call(either.Token);
    }

    [LoggerMessage(LogLevel.Critical, "The agent has failed; the instance is no longer kept registered.")]
    private partial void LogLoopFault(Exception error);

    [LoggerMessage(LogLevel.Warning, "A source of utilisation threw and is left out.")]
    private partial void LogUtilisationFault(Exception error);
}
