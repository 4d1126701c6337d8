using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>/v1/agent/check*: checks of this agent.</summary>
internal sealed class AgentCheckEndpoints(RegistryState state, TimeSpan intervalFloor)
{
    public void Map(Router router)
    {
        router.Map("/v1/agent/checks", ("GET", ListAsync));
        router.Map("/v1/agent/check/register", ("PUT", RegisterAsync));
        router.Map("/v1/agent/check/deregister/", ("PUT", DeregisterAsync));
        router.Map("/v1/agent/check/pass/", ("PUT", call => ReportAsync(call, CheckStatus.Passing)));
        router.Map("/v1/agent/check/warn/", ("PUT", call => ReportAsync(call, CheckStatus.Warning)));
        router.Map("/v1/agent/check/fail/", ("PUT", call => ReportAsync(call, CheckStatus.Critical)));
        router.Map("/v1/agent/check/update/", ("PUT", UpdateAsync));
    }

    private ValueTask<Answer> ListAsync(ApiCall call)
    {
        Func<HealthCheck, bool> matches = Filter.Compile(call.Query.Get("filter"), FilterSchemas.Check);
        HealthCheck[] checks = state.Read(() => state.Agent.Checks.Values.Select(check => check.Row).ToArray());
        IReadOnlyDictionary<string, HealthCheck> found = new SortedDictionary<string, HealthCheck>(
            checks.Where(check => Sees(call.Authority, check) && matches(check)).ToDictionary(check => check.CheckID), StringComparer.Ordinal);
        return new(Answer.Json(found, ConsulJson.Default.IReadOnlyDictionaryStringHealthCheck));
    }

    private async ValueTask<Answer> RegisterAsync(ApiCall call)
    {
        CheckRequest request = await call.ReadJsonAsync(CheckRequest.Standalone);
        if (request.Name.Length == 0)
            throw RefusedException.BadRequest("Missing check name");
        if (request.Status.Length > 0 && !CheckRequest.IsKnownStatus(request.Status))
            throw RefusedException.BadRequest("Bad check status");
        if (request.Fault() is { } fault)
            throw RefusedException.BadRequest($"Invalid check: {fault}");
        if (request.Args.Count > 0)
            throw RefusedException.Failed(RefusedException.ScriptsDisabled);
        CheckPlan plan = request.Plan(intervalFloor);
        Authority authority = call.Authority;
        using Change change = state.BeginChange();
        AgentService? service = state.Agent.Services.GetValueOrDefault(request.ServiceId);
        if (service is null && request.ServiceId.Length > 0)
            throw RefusedException.Failed($"ServiceID \"{request.ServiceId}\" does not exist");
        RequireWrite(call, authority, service?.Service ?? "");
        var row = new HealthCheck
        {
            Node = state.Identity.NodeName,
            CheckID = request.Id.Length > 0 ? request.Id : request.Name,
            Name = request.Name,
            Status = request.Status.Length > 0 ? request.Status : CheckStatus.Critical,
            Notes = request.Notes,
            ServiceID = request.ServiceId,
            ServiceName = service?.Service ?? "",
            ServiceTags = service?.Tags ?? [],
            Type = plan.TypeName,
            Interval = request.Interval.ToString(),
            Timeout = request.Timeout.ToString(),
        };
        state.Agent.PutCheck(change, row, plan);
        return Answer.Empty();
    }

    private ValueTask<Answer> DeregisterAsync(ApiCall call)
    {
        if (call.Rest.Length == 0)
            throw RefusedException.Failed("CheckID missing");
        Authority authority = call.Authority;
        using (Change change = state.BeginChange())
        {
            RequireKnown(call, authority);
            state.Agent.DeregisterCheck(change, call.Rest);
        }

        return new(Answer.Empty());
    }

    private ValueTask<Answer> ReportAsync(ApiCall call, string status)
    {
        Report(call, status, call.Query.Get("note"));
        return new(Answer.Empty());
    }

    private async ValueTask<Answer> UpdateAsync(ApiCall call)
    {
        StatusUpdate update = await call.ReadJsonAsync(StatusUpdate.Body);
        if (!CheckRequest.IsKnownStatus(update.Status))
            throw RefusedException.BadRequest($"Invalid check status: '{update.Status}'");
        Report(call, update.Status, update.CutOutput());
        return Answer.Empty();
    }

    private void Report(ApiCall call, string status, string output)
    {
        Authority authority = call.Authority;
        using Change change = state.BeginChange();
        RequireKnown(call, authority);
        if (!state.Agent.Report(change, call.Rest, status, output))
            throw RefusedException.Failed($"CheckID \"{call.Rest}\" does not have associated TTL");
    }

    private static bool Sees(Authority authority, HealthCheck check) =>
        check.ServiceID.Length > 0 ? authority.Service(check.ServiceName, Access.Read) : authority.Node(check.Node, Access.Read);

    /// <summary>Refuses who may not write the check of the call's id; with access control on, an unknown id is an error.</summary>
    private void RequireKnown(ApiCall call, Authority authority)
    {
        if (!state.Acl.IsOn)
            return;
        if (!state.Agent.Checks.TryGetValue(call.Rest, out AgentCheck? check))
            throw RefusedException.Failed($"Unknown check \"{call.Rest}\"");
        RequireWrite(call, authority, check.Row.ServiceName);
    }

    private void RequireWrite(ApiCall call, Authority authority, string service)
    {
        if (service.Length > 0)
            ApiCall.Require(authority.Service(service, Access.Write), $"service:write on {service}");
        else
            ApiCall.Require(authority.Node(state.Identity.NodeName, Access.Write), $"node:write on {state.Identity.NodeName}");
    }

    private sealed class StatusUpdate
    {
        public static GoStruct<StatusUpdate> Body { get; } = new GoStruct<StatusUpdate>("agent.checkUpdate")
            .Text("Status", (u, v) => u.Status = v)
            .Text("Output", (u, v) => u.Output = v);

        public string Status { get; private set; } = "";

        private string Output { get; set; } = "";

        public string CutOutput()
        {
            int length = Encoding.UTF8.GetByteCount(Output);
            if (length <= CheckPlan.DefaultOutputMaxSize)
                return Output;
            string start = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Output), 0, CheckPlan.DefaultOutputMaxSize);
            return $"{start} ... (captured {CheckPlan.DefaultOutputMaxSize} of {length} bytes)";
        }
    }
}
