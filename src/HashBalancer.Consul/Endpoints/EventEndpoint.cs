using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>User events (/v1/event), spread by gossip: best effort, in no particular order.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails.</remarks>
public sealed class EventEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal EventEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>Fires an event.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="payload">What is sent along; some 100 bytes at most, since gossip packets are small.</param>
    /// <param name="nodeFilter">Only nodes whose name matches this regular expression.</param>
    /// <param name="serviceFilter">Only nodes with a service whose name matches this regular expression.</param>
    /// <param name="tagFilter">Only services with a tag that matches; needs a service filter.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<UserEvent> FireAsync(
        string name,
        ReadOnlyMemory<byte> payload = default,
        string? nodeFilter = null,
        string? serviceFilter = null,
        string? tagFilter = null,
        CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Put("/v1/event/fire/" + KeyPath.EscapeId(name, "event name"), payload.ToArray())
                .With("node", nodeFilter)
                .With("service", serviceFilter)
                .With("tag", tagFilter)
                .With("dc", _options.Datacenter),
            ConsulJson.Default.UserEvent,
            cancellation);

    /// <summary>The events that the agent has seen lately, oldest first.</summary>
    /// <remarks>The index is a hash: it may fall and exceed a signed 64-bit number. Watch it with <see cref="WatchOptions.UnorderedIndex"/>.</remarks>
    public Task<QueryResult<IReadOnlyList<UserEvent>>> ListAsync(
        string? name = null, QueryOptions? query = null, CancellationToken cancellation = default) =>
        _transport.QueryAsync(
            ConsulRequest.Get("/v1/event/list").With("name", name).With(query, _options), ConsulJson.Default.IReadOnlyListUserEvent, cancellation);
}
