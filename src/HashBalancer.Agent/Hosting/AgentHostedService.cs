using HashBalancer.Consul;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Agent;

/// <summary>Ties the registration to the host's life: in once the server listens, out before it stops.</summary>
internal sealed class AgentHostedService(
    IOptions<AgentOptions> options, IServer server, TimeProvider time, ILogger<AgentHostedService> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private ConsulClient? _client;
    private ServiceRegistrar? _registrar;
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
        var jitter = new Random(unchecked((int)time.GetTimestamp()));
        _registrar = new ServiceRegistrar(_client, RegistrationBuilder.Build(agent, endpoint, Environment.MachineName), time, jitter, logger);
        _running = _registrar.RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    // Before any hosted service stops: the server still answers while the registry sends requests elsewhere.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running;
        if (_registrar is null)
            return;
        using var limit = new CancellationTokenSource(options.Value.DeregisterTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _registrar.DeregisterAsync(either.Token);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _client?.Dispose();
        _stop.Dispose();
    }
}
