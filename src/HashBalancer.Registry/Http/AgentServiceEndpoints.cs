using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/agent/service*: services of this agent.</summary>
internal sealed class AgentServiceEndpoints(RegistryState state, IndexedReads reads, TimeSpan intervalFloor)
{
    public void Map(Router router)
    {
        router.Map("/v1/agent/services", ("GET", ListAsync));
        router.Map("/v1/agent/service/", ("GET", ReadAsync));
        router.Map("/v1/agent/service/register", ("PUT", RegisterAsync));
        router.Map("/v1/agent/service/deregister/", ("PUT", DeregisterAsync));
        router.Map("/v1/agent/service/maintenance/", ("PUT", MaintenanceAsync));
    }

    private ValueTask<Answer> ListAsync(ApiCall call)
    {
        Func<AgentService, bool> matches = Filter.Compile(call.Query.Get("filter"), FilterSchemas.AgentService);
        AgentService[] services = state.Read(() => state.Agent.Services.Values.ToArray());
        IReadOnlyDictionary<string, AgentService> found = new SortedDictionary<string, AgentService>(
            services.Where(service => call.Authority.Service(service.Service, Access.Read) && matches(service)).ToDictionary(service => service.ID), StringComparer.Ordinal);
        return new(Answer.Json(found, ConsulJson.Default.IReadOnlyDictionaryStringAgentService));
    }

    private async ValueTask<Answer> ReadAsync(ApiCall call)
    {
        string id = call.Rest;
        string hash = call.Query.Get("hash");
        TimeSpan wait = QueryOptions.ParseWait(call.Query.Get("wait"));

        // As an index this query has 1 while the content has the hash that the caller knows, and 2 once it has not.
        QueryAnswer<AgentService?> Look(List<Topic> watch)
        {
            watch.Add(Topic.AgentService(id));
            AgentService? service = state.Agent.Services.GetValueOrDefault(id);
            if (service is not null)
                service = service with { ContentHash = ContentHash.Of(service) };
            return new(service is null || service.ContentHash != hash ? 2UL : 1UL, service);
        }

        Authority authority = call.Authority;
        AgentService? found = hash.Length == 0
            ? state.Read(() => Look([]).Value)
            : (await reads.RunAsync(call, 1, wait + state.RandomPart(wait / 16), Look)).Value;
        if (found is null)
            return Answer.Text(404, $"unknown service ID: {id}");
        ApiCall.Require(authority.Service(found.Service, Access.Read));
        return Answer.Json(found, ConsulJson.Default.AgentService).With("X-Consul-Contenthash", found.ContentHash!);
    }

    private async ValueTask<Answer> RegisterAsync(ApiCall call)
    {
        ServiceRequest request = await call.ReadJsonAsync(ServiceRequest.Body);
        AgentService service = request.ToService(state.Identity.Datacenter);
        IReadOnlyList<(HealthCheck Row, CheckPlan Plan)> checks = request.ToChecks(service, state.Identity.NodeName, intervalFloor);
        string flag = call.Query.Get("replace-existing-checks");
        bool replace = call.Query.Has("replace-existing-checks") && flag is "" or "true";
        Authority authority = call.Authority;
        using (Change change = state.BeginChange())
        {
            // Who takes over an id must also have a right to the service that has it.
            string replaced = state.Agent.Services.GetValueOrDefault(service.ID)?.Service ?? service.Service;
            ApiCall.Require(
                authority.Service(service.Service, Access.Write) && authority.Service(replaced, Access.Write), $"service:write on {service.Service}");
            state.Agent.RegisterService(change, service, checks, replace);
        }

        return Answer.Empty();
    }

    private ValueTask<Answer> DeregisterAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.Failed("ServiceID missing");
        Authority authority = call.Authority;
        using (Change change = state.BeginChange())
        {
            RequireWrite(call, authority);
            state.Agent.DeregisterService(change, call.Rest);
        }

        return new(Answer.Empty());
    }

    private ValueTask<Answer> MaintenanceAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.BadRequest("Missing service ID");
        bool enable = MaintenanceFlag.Parse(call);
        Authority authority = call.Authority;
        using (Change change = state.BeginChange())
        {
            RequireWrite(call, authority);
            if (!state.Agent.SetServiceMaintenance(change, call.Rest, enable, call.Query.Get("reason")))
                throw new RefusedException(404, $"No service registered with ID \"{call.Rest}\"");
        }

        return new(Answer.Empty());
    }

    /// <summary>Refuses who may not write the service of the call's id; with access control on, an unknown id is an error.</summary>
    private void RequireWrite(ApiCall call, Authority authority)
    {
        if (!state.Acl.IsOn)
            return;
        if (!state.Agent.Services.TryGetValue(call.Rest, out AgentService? service))
            throw RefusedException.Failed($"Unknown service \"{call.Rest}\"");
        ApiCall.Require(authority.Service(service.Service, Access.Write), $"service:write on {service.Service}");
    }
}

/// <summary>The parameter enable of both maintenance endpoints.</summary>
internal static class MaintenanceFlag
{
    public static bool Parse(ApiCall call)
    {
        if (!call.Query.Has("enable"))
            throw RefusedException.BadRequest("Missing value for enable");
        string text = call.Query.Get("enable");
        return GoBool.TryParse(text, out bool enable)
            ? enable
            : throw RefusedException.BadRequest($"Invalid value for enable: \"{text}\"");
    }
}

/// <summary>Booleans as Go's strconv reads them.</summary>
internal static class GoBool
{
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}

/// <summary>What hash-based blocking compares: 64-bit FNV-1a of the service's JSON, in hexadecimal.</summary>
internal static class ContentHash
{
    public static string Of(AgentService service)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in JsonSerializer.SerializeToUtf8Bytes(service, ConsulJson.Default.AgentService))
            hash = (hash ^ b) * 1099511628211;
        return hash.ToString("x");
    }
}
