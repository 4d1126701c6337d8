using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>Nodes and services of the cluster (/v1/catalog). Reads can block: set <see cref="QueryOptions.Index"/>.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails. With ACLs, what the token may not see is left out silently.</remarks>
public sealed class CatalogEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal CatalogEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>The known datacenters, nearest first.</summary>
    public Task<IReadOnlyList<string>> DatacentersAsync(CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Get("/v1/catalog/datacenters"), ConsulJson.Default.IReadOnlyListString, cancellation);

    /// <summary>The nodes; a blocking query wakes on changes of nodes alone.</summary>
    public Task<QueryResult<IReadOnlyList<CatalogNode>>> NodesAsync(QueryOptions? query = null, CancellationToken cancellation = default) =>
        _transport.QueryAsync(
            ConsulRequest.Get("/v1/catalog/nodes").With(query, _options), ConsulJson.Default.IReadOnlyListCatalogNode, cancellation);

    /// <summary>The services' names with all their tags. A blocking query may wake with an equal answer.</summary>
    public Task<QueryResult<IReadOnlyDictionary<string, IReadOnlyList<string>>>> ServicesAsync(
        QueryOptions? query = null, CancellationToken cancellation = default) =>
        _transport.QueryAsync(
            ConsulRequest.Get("/v1/catalog/services").With(query, _options),
            ConsulJson.Default.IReadOnlyDictionaryStringIReadOnlyListString,
            cancellation);

    /// <summary>The instances of a service without their checks; an unknown service has none.</summary>
    public Task<QueryResult<IReadOnlyList<CatalogService>>> ServiceAsync(
        string service, QueryOptions? query = null, IReadOnlyList<string>? tags = null, CancellationToken cancellation = default)
    {
        ConsulRequest request = ConsulRequest.Get("/v1/catalog/service/" + KeyPath.EscapeId(service, "service name"));
        foreach (string tag in tags ?? [])
            request.With("tag", tag);
        return _transport.QueryAsync(request.With(query, _options), ConsulJson.Default.IReadOnlyListCatalogService, cancellation);
    }

    /// <summary>A node with its services, or null when it is unknown.</summary>
    public async Task<QueryResult<CatalogNodeServices?>> NodeAsync(
        string node, QueryOptions? query = null, CancellationToken cancellation = default)
    {
        ConsulRequest request = ConsulRequest.Get("/v1/catalog/node/" + KeyPath.EscapeId(node, "node name")).With(query, _options);
        using ConsulReply reply = await _transport.SendAsync(request, cancellation);
        return reply.Headers(reply.ValueOrNull(ConsulJson.Default.CatalogNodeServices));
    }

    /// <summary>Writes a node, a service or checks straight to the catalog, for what no agent runs.</summary>
    public Task RegisterAsync(CatalogRegistration registration, CancellationToken cancellation = default) =>
        WriteAsync(
            "/v1/catalog/register", JsonSerializer.SerializeToUtf8Bytes(registration, ConsulJson.Default.CatalogRegistration), cancellation);

    /// <summary>Takes a node, a service or a check straight out of the catalog.</summary>
    public Task DeregisterAsync(CatalogDeregistration deregistration, CancellationToken cancellation = default) =>
        WriteAsync(
            "/v1/catalog/deregister", JsonSerializer.SerializeToUtf8Bytes(deregistration, ConsulJson.Default.CatalogDeregistration), cancellation);

    private Task WriteAsync(string path, byte[] body, CancellationToken cancellation) =>
        _transport.CallAsync(ConsulRequest.Put(path, body).With("dc", _options.Datacenter), cancellation);
}
