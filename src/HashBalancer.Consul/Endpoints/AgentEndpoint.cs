using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul;

/// <summary>The services and checks of the agent that the client speaks to (/v1/agent).</summary>
/// <remarks>Thread-safe. Every call throws <see cref="ConsulException"/> when it fails. A write returns once the catalog has it.</remarks>
public sealed class AgentEndpoint
{
    private readonly ConsulTransport _transport;
    private readonly ConsulClientOptions _options;

    internal AgentEndpoint(ConsulTransport transport, ConsulClientOptions options)
    {
        _transport = transport;
        _options = options;
    }

    /// <summary>Registers a service instance, or replaces its whole definition.</summary>
    /// <param name="registration">The definition.</param>
    /// <param name="replaceExistingChecks">Whether checks of the instance that the definition does not list are dropped.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task RegisterServiceAsync(
        AgentServiceRegistration registration, bool replaceExistingChecks = false, CancellationToken cancellation = default)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(registration, ConsulJson.Default.AgentServiceRegistration);
        return _transport.CallAsync(
            ConsulRequest.Put("/v1/agent/service/register", body).WithFlag("replace-existing-checks", replaceExistingChecks), cancellation);
    }

    /// <summary>Takes a service instance and its checks out. An unknown id is no error, unless ACLs are on.</summary>
    public Task DeregisterServiceAsync(string serviceId, CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Put("/v1/agent/service/deregister/" + ServicePart(serviceId)), cancellation);

    /// <summary>Puts a service instance into maintenance mode or takes it out.</summary>
    /// <param name="serviceId">The instance.</param>
    /// <param name="enable">Whether it is in maintenance from now on.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ConsulNotFoundException">The agent has no such instance.</exception>
    public Task SetServiceMaintenanceAsync(string serviceId, bool enable, string? reason = null, CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Put("/v1/agent/service/maintenance/" + ServicePart(serviceId)).With("enable", enable ? "true" : "false").With("reason", reason),
            cancellation);

    /// <summary>Puts the whole node into maintenance mode or takes it out.</summary>
    public Task SetNodeMaintenanceAsync(bool enable, string? reason = null, CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Put("/v1/agent/maintenance").With("enable", enable ? "true" : "false").With("reason", reason), cancellation);

    /// <summary>Registers a check of the node or of a service instance.</summary>
    public Task RegisterCheckAsync(AgentCheckRegistration registration, CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Put(
                "/v1/agent/check/register", JsonSerializer.SerializeToUtf8Bytes(registration, ConsulJson.Default.AgentCheckRegistration)),
            cancellation);

    /// <summary>Takes a check out. An unknown id is no error, unless ACLs are on.</summary>
    public Task DeregisterCheckAsync(string checkId, CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Put("/v1/agent/check/deregister/" + CheckPart(checkId)), cancellation);

    /// <summary>Reports a TTL check: its status becomes the given one and its time starts anew.</summary>
    /// <param name="checkId">The check.</param>
    /// <param name="status">One of <see cref="CheckStatus"/>: passing, warning or critical.</param>
    /// <param name="output">What the check says about itself; replaces the last output.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ConsulNotFoundException">The agent has no such TTL check: it lost the registration.</exception>
    public Task UpdateCheckAsync(string checkId, string status, string output = "", CancellationToken cancellation = default)
    {
        var update = new AgentCheckUpdate { Status = status, Output = output };
        return _transport.CallAsync(
            ConsulRequest.Put(
                "/v1/agent/check/update/" + CheckPart(checkId), JsonSerializer.SerializeToUtf8Bytes(update, ConsulJson.Default.AgentCheckUpdate)),
            cancellation);
    }

    /// <summary>Reports a TTL check as passing.</summary>
    /// <inheritdoc cref="UpdateCheckAsync"/>
    public Task PassAsync(string checkId, string? output = null, CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Put("/v1/agent/check/pass/" + CheckPart(checkId)).With("note", output), cancellation);

    /// <summary>Reports a TTL check as warning.</summary>
    /// <inheritdoc cref="UpdateCheckAsync"/>
    public Task WarnAsync(string checkId, string? output = null, CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Put("/v1/agent/check/warn/" + CheckPart(checkId)).With("note", output), cancellation);

    /// <summary>Reports a TTL check as critical.</summary>
    /// <inheritdoc cref="UpdateCheckAsync"/>
    public Task FailAsync(string checkId, string? output = null, CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Put("/v1/agent/check/fail/" + CheckPart(checkId)).With("note", output), cancellation);

    /// <summary>The agent's service instances by id.</summary>
    public async Task<IReadOnlyDictionary<string, AgentService>> ServicesAsync(string? filter = null, CancellationToken cancellation = default) =>
        await _transport.CallAsync(
            ConsulRequest.Get("/v1/agent/services").With("filter", filter), ConsulJson.Default.IReadOnlyDictionaryStringAgentService, cancellation);

    /// <summary>One service instance of the agent. With <see cref="QueryOptions.Hash"/> it waits while the definition stays the same.</summary>
    /// <exception cref="ConsulNotFoundException">The agent has no such instance.</exception>
    public Task<QueryResult<AgentService>> ServiceAsync(string serviceId, QueryOptions? query = null, CancellationToken cancellation = default) =>
        _transport.QueryAsync(
            ConsulRequest.Get("/v1/agent/service/" + ServicePart(serviceId)).With(query, _options), ConsulJson.Default.AgentService, cancellation);

    /// <summary>The agent's checks by id.</summary>
    public async Task<IReadOnlyDictionary<string, HealthCheck>> ChecksAsync(string? filter = null, CancellationToken cancellation = default) =>
        await _transport.CallAsync(
            ConsulRequest.Get("/v1/agent/checks").With("filter", filter), ConsulJson.Default.IReadOnlyDictionaryStringHealthCheck, cancellation);

    /// <summary>One instance with its checks and their aggregate, or null when the agent has no such instance.</summary>
    public async Task<AgentServiceHealth?> ServiceHealthByIdAsync(string serviceId, CancellationToken cancellation = default)
    {
        ConsulRequest request = new(HttpMethod.Get, "/v1/agent/health/service/id/" + ServicePart(serviceId)) { AlsoAccepted = [404, 429, 503] };
        using ConsulReply reply = await _transport.SendAsync(request, cancellation);
        return reply.Status == 404 ? null : reply.Value(ConsulJson.Default.AgentServiceHealth);
    }

    /// <summary>The agent's instances of a service with their checks and aggregates.</summary>
    public async Task<IReadOnlyList<AgentServiceHealth>> ServiceHealthByNameAsync(string service, CancellationToken cancellation = default)
    {
        ConsulRequest request = new(HttpMethod.Get, "/v1/agent/health/service/name/" + ServicePart(service)) { AlsoAccepted = [404, 429, 503] };
        using ConsulReply reply = await _transport.SendAsync(request, cancellation);
        return reply.Status == 404 ? [] : reply.Value(ConsulJson.Default.IReadOnlyListAgentServiceHealth);
    }

    /// <summary>The agent's configuration and membership.</summary>
    public Task<AgentSelf> SelfAsync(CancellationToken cancellation = default) =>
        _transport.CallAsync(ConsulRequest.Get("/v1/agent/self"), ConsulJson.Default.AgentSelf, cancellation);

    /// <summary>The members of the gossip pool as the agent sees them.</summary>
    /// <param name="wan">Whether to list the servers of all datacenters instead.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<IReadOnlyList<AgentMember>> MembersAsync(bool wan = false, CancellationToken cancellation = default) =>
        _transport.CallAsync(
            ConsulRequest.Get("/v1/agent/members").With("wan", wan ? "true" : null), ConsulJson.Default.IReadOnlyListAgentMember, cancellation);

    private static string ServicePart(string id) => KeyPath.EscapeId(id, "service id");

    private static string CheckPart(string id) => KeyPath.EscapeId(id, "check id");
}
