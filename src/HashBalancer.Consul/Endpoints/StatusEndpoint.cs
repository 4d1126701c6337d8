using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>The servers' state (/v1/status); open without a token.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails.</remarks>
public sealed class StatusEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal StatusEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>The leader's address as host:port; empty when there is none.</summary>
    public Task<string> LeaderAsync(CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Get("/v1/status/leader").With("dc", _options.Datacenter), ConsulJson.Default.String, cancellation);

    /// <summary>The servers' addresses as host:port.</summary>
    public Task<IReadOnlyList<string>> PeersAsync(CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Get("/v1/status/peers").With("dc", _options.Datacenter), ConsulJson.Default.IReadOnlyListString, cancellation);
}
