using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/agent/health/service/*: one status for a service, as the status code of the answer.</summary>
internal sealed class AgentHealthEndpoints(RegistryState state)
{
    public void Map(Router router)
    {
        router.Map("/v1/agent/health/service/id/", ("GET", ByIdAsync));
        router.Map("/v1/agent/health/service/name/", ("GET", ByNameAsync));
    }

    private ValueTask<Answer> ByIdAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing serviceID");
        Authority authority = call.Authority;
        AgentServiceHealth? health = state.Read(() => state.Agent.Services.TryGetValue(call.Rest, out AgentService? service) ? HealthOf(service) : null);
        if (health is not null)
        {
            ApiCall.Require(authority.Service(health.Service!.Service, Access.Read));
            return new(IsText(call)
                ? Plain(health.AggregatedStatus)
                : Answer.Json(health, ConsulJson.Default.AgentServiceHealth, StatusOf(health.AggregatedStatus)).With(Reason, health.AggregatedStatus));
        }

        string missing = $"ServiceId {call.Rest} not found";
        // The text form of an unknown id is a JSON string: a quirk of Consul's that its clients live with.
        Answer answer = IsText(call)
            ? Answer.Json(missing, ConsulJson.Default.String, 404)
            : Answer.Json(new AgentServiceHealth { AggregatedStatus = CheckStatus.Critical }, ConsulJson.Default.AgentServiceHealth, 404);
        return new(answer.With(Reason, missing));
    }

    private ValueTask<Answer> ByNameAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing service Name");
        ApiCall.Require(call.Authority.Service(call.Rest, Access.Read));
        AgentServiceHealth[] all =
            state.Read(() => state.Agent.Services.Values.Where(service => service.Service == call.Rest).Select(HealthOf).ToArray());
        string worst = all.Length > 0 ? Worst(all.Select(health => health.AggregatedStatus)) : $"ServiceName {call.Rest} Not Found";
        int status = all.Length > 0 ? StatusOf(worst) : 404;
        Answer answer = IsText(call)
            ? Answer.Bytes(status, "text/plain", System.Text.Encoding.UTF8.GetBytes(worst))
            : Answer.Json(all, ConsulJson.Default.IReadOnlyListAgentServiceHealth, status);
        return new(answer.With(Reason, worst));
    }

    private const string Reason = "X-Consul-Reason";

    private static bool IsText(ApiCall call) => call.Query.Get("format") == "text";

    private static Answer Plain(string status) =>
        Answer.Bytes(StatusOf(status), "text/plain", System.Text.Encoding.UTF8.GetBytes(status)).With(Reason, status);

    private AgentServiceHealth HealthOf(AgentService service)
    {
        AgentCheck[] checks = [.. state.Agent.ChecksOf(service.ID), .. state.Agent.NodeChecks];
        return new AgentServiceHealth
        {
            AggregatedStatus = Worst(checks.Select(StatusOf)),
            Service = service,
            Checks = [.. checks.Select(check => Spelled(check.Row))],
        };
    }

    private static string StatusOf(AgentCheck check) => check.Plan.Kind == CheckKind.Maintenance ? CheckStatus.Maintenance : check.Row.Status;

    private static string Worst(IEnumerable<string> statuses)
    {
        string[] order = [CheckStatus.Passing, CheckStatus.Warning, CheckStatus.Critical, CheckStatus.Maintenance];
        return order[statuses.Select(status => Array.IndexOf(order, status)).DefaultIfEmpty(0).Max()];
    }

    private static int StatusOf(string status) => status switch
    {
        CheckStatus.Passing => 200,
        CheckStatus.Warning => 429,
        _ => 503,
    };

    private static AgentHealthCheck Spelled(HealthCheck check) => new()
    {
        Node = check.Node,
        CheckID = check.CheckID,
        Name = check.Name,
        Status = check.Status,
        Notes = check.Notes,
        Output = check.Output,
        ServiceID = check.ServiceID,
        ServiceName = check.ServiceName,
        ServiceTags = check.ServiceTags is { Count: > 0 } tags ? tags : null,
    };
}
