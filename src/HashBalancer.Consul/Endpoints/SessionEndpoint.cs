using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>Sessions (/v1/session), which locks are held by.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails. An id must be a UUID.</remarks>
public sealed class SessionEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal SessionEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>Makes a session.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(SessionRequest session, CancellationToken cancellation = default)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(session, ConsulJson.Default.SessionRequest);
        SessionCreated created = await _transport.CallAsync(
            ConsulRequest.Put("/v1/session/create", body).With("dc", _options.Datacenter), ConsulJson.Default.SessionCreated, cancellation);
        return created.ID;
    }

    /// <summary>Lets a session's TTL start anew.</summary>
    /// <exception cref="ConsulNotFoundException">The session has ended.</exception>
    public async Task<SessionEntry> RenewAsync(string sessionId, CancellationToken cancellation = default)
    {
        ConsulRequest request = Write("renew", sessionId);
        IReadOnlyList<SessionEntry> renewed =
            await _transport.CallAsync(request, ConsulJson.Default.IReadOnlyListSessionEntry, cancellation);
        return renewed.Count > 0
            ? renewed[0]
            : throw new ConsulBadResponseException($"The answer to PUT {request.Target} lists no session.", "PUT", request.Target, 200, "");
    }

    /// <summary>Ends a session and gives its locks back, each after the session's lock-delay. An unknown id is no error.</summary>
    public async Task DestroyAsync(string sessionId, CancellationToken cancellation = default) =>
        await _transport.CallAsync(Write("destroy", sessionId), ConsulJson.Default.Boolean, cancellation);

    /// <summary>One session; null when it has ended.</summary>
    public async Task<QueryResult<SessionEntry?>> InfoAsync(string sessionId, QueryOptions? query = null, CancellationToken cancellation = default)
    {
        QueryResult<IReadOnlyList<SessionEntry>> found = await ReadAsync("info/" + KeyPath.EscapeId(sessionId, "session id"), query, cancellation);
        return found.With(found.Value.Count > 0 ? found.Value[0] : null);
    }

    /// <summary>All sessions.</summary>
    public Task<QueryResult<IReadOnlyList<SessionEntry>>> ListAsync(QueryOptions? query = null, CancellationToken cancellation = default) =>
        ReadAsync("list", query, cancellation);

    /// <summary>A node's sessions.</summary>
    public Task<QueryResult<IReadOnlyList<SessionEntry>>> NodeAsync(
        string node, QueryOptions? query = null, CancellationToken cancellation = default) =>
        ReadAsync("node/" + KeyPath.EscapeId(node, "node name"), query, cancellation);

    private Task<QueryResult<IReadOnlyList<SessionEntry>>> ReadAsync(string path, QueryOptions? query, CancellationToken cancellation) =>
        _transport.QueryAsync(
            ConsulRequest.Get("/v1/session/" + path).With(query, _options), ConsulJson.Default.IReadOnlyListSessionEntry, cancellation);

    private ConsulRequest Write(string verb, string sessionId) =>
        ConsulRequest.Put($"/v1/session/{verb}/{KeyPath.EscapeId(sessionId, "session id")}").With("dc", _options.Datacenter);
}
