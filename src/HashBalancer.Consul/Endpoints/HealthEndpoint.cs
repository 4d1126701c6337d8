using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>Instances with their checks (/v1/health). All calls can block: set <see cref="QueryOptions.Index"/>.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails. With ACLs, what the token may not see is left out silently.</remarks>
public sealed class HealthEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal HealthEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>The instances of a service; an unknown service has none.</summary>
    /// <param name="service">The service's name; case is ignored.</param>
    /// <param name="query">How to read.</param>
    /// <param name="passing">Whether instances with any check that is not passing (warnings too) are left out.</param>
    /// <param name="tags">Tags that all must be there.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<QueryResult<IReadOnlyList<ServiceEntry>>> ServiceAsync(
        string service,
        QueryOptions? query = null,
        bool passing = false,
        IReadOnlyList<string>? tags = null,
        CancellationToken cancellation = default) =>
        _transport.QueryAsync(ServiceRequest(service, query, passing, tags), ConsulJson.Default.IReadOnlyListServiceEntry, cancellation);

    /// <summary>The instances of a service, read from the answer's bytes by the caller: for large services that are read often.</summary>
    /// <typeparam name="T">What the caller makes of them.</typeparam>
    /// <param name="service">The service's name; case is ignored.</param>
    /// <param name="read">Reads the body: an array of <see cref="ServiceEntry"/>. Not called when the call fails.</param>
    /// <param name="query">How to read.</param>
    /// <param name="tags">Tags that all must be there.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<QueryResult<T>> ServiceAsync<T>(
        string service, BodyReader<T> read, QueryOptions? query = null, IReadOnlyList<string>? tags = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return _transport.QueryAsync(ServiceRequest(service, query, passing: false, tags), read, cancellation);
    }

    /// <summary>The checks of a service's instances.</summary>
    public Task<QueryResult<IReadOnlyList<HealthCheck>>> ChecksAsync(
        string service, QueryOptions? query = null, CancellationToken cancellation = default) =>
        ListAsync("/v1/health/checks/" + KeyPath.EscapeId(service, "service name"), query, cancellation);

    /// <summary>The checks of a node, those of its services included.</summary>
    public Task<QueryResult<IReadOnlyList<HealthCheck>>> NodeAsync(
        string node, QueryOptions? query = null, CancellationToken cancellation = default) =>
        ListAsync("/v1/health/node/" + KeyPath.EscapeId(node, "node name"), query, cancellation);

    /// <summary>All checks in a state: passing, warning, critical, or <c>any</c>.</summary>
    public Task<QueryResult<IReadOnlyList<HealthCheck>>> StateAsync(
        string state, QueryOptions? query = null, CancellationToken cancellation = default) =>
        ListAsync("/v1/health/state/" + KeyPath.EscapeId(state, "state"), query, cancellation);

    private ConsulRequest ServiceRequest(string service, QueryOptions? query, bool passing, IReadOnlyList<string>? tags)
    {
        ConsulRequest request = ConsulRequest.Get("/v1/health/service/" + KeyPath.EscapeId(service, "service name")).WithFlag("passing", passing);
        foreach (string tag in tags ?? [])
            request.With("tag", tag);
        return request.With(query, _options);
    }

    private Task<QueryResult<IReadOnlyList<HealthCheck>>> ListAsync(string path, QueryOptions? query, CancellationToken cancellation) =>
        _transport.QueryAsync(ConsulRequest.Get(path).With(query, _options), ConsulJson.Default.IReadOnlyListHealthCheck, cancellation);
}
