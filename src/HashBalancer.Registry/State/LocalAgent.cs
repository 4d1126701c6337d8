using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The services and checks registered with this agent, and their copy in the catalog.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class LocalAgent : IDisposable
{
    public const string NodeMaintenanceReason =
        "Maintenance mode is enabled for this node, but no reason was provided. This is a default message.";

    public const string ServiceMaintenanceReason =
        "Maintenance mode is enabled for this service, but no reason was provided. This is a default message.";

    private readonly RegistryState _state;
    private readonly AgentSync _sync;
    private readonly SortedDictionary<string, AgentService> _services = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AgentCheck> _checks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<AgentCheck>> _checksByService = new(StringComparer.Ordinal);

    public LocalAgent(RegistryState state)
    {
        _state = state;
        _sync = new AgentSync(state, this);
    }

    /// <summary>By id, in the order of Go's maps: ordinal.</summary>
    public IReadOnlyDictionary<string, AgentService> Services => _services;

    /// <summary>By id, in the order of Go's maps: ordinal.</summary>
    public IReadOnlyDictionary<string, AgentCheck> Checks => _checks;

    /// <summary>Runs HTTP and TCP checks; null runs none.</summary>
    public Action<AgentCheck>? StartProbe { get; set; }

    /// <summary>Puts the agent's own node, the service consul and the check of its liveness into the catalog.</summary>
    public void RegisterSelf(Change change) => _sync.RegisterSelf(change);

    /// <summary>Brings the catalog's view of this node in line with the agent's: direct writes to it do not last.</summary>
    public void Reconcile(Change change) => _sync.Reconcile(change);

    /// <summary>Registers a service with checks, replacing one of the same id as a whole. Checks that stay keep status and output.</summary>
    /// <param name="change">The write it is part of.</param>
    /// <param name="service">The service.</param>
    /// <param name="checks">Its checks.</param>
    /// <param name="replaceChecks">Whether checks of the service that are not among them go.</param>
    public void RegisterService(
        Change change, AgentService service, IReadOnlyList<(HealthCheck Row, CheckPlan Plan)> checks, bool replaceChecks)
    {
        _services[service.ID] = service;
        change.Touch(Topic.AgentService(service.ID));
        _sync.Service(change, service);
        foreach ((HealthCheck row, CheckPlan plan) in checks)
            PutCheck(change, row, plan);
        if (!replaceChecks)
            return;
        var kept = checks.Select(check => check.Row.CheckID).ToHashSet(StringComparer.Ordinal);
        foreach (string id in ChecksOf(service.ID).Select(check => check.Row.CheckID).Where(id => !kept.Contains(id)).ToArray())
            DeregisterCheck(change, id);
    }

    /// <summary>Takes out a service and its checks.</summary>
    /// <returns>False when there is none of that id.</returns>
    public bool DeregisterService(Change change, string id)
    {
        if (!_services.Remove(id))
            return false;
        foreach (string check in ChecksOf(id).Select(check => check.Row.CheckID).ToArray())
            DropCheck(check);
        change.Touch(Topic.AgentService(id));
        if (_sync.Self is { } node)
            _state.Writer.RemoveService(change, node, id);
        return true;
    }

    /// <summary>Registers a check; one of the same id keeps its status and output.</summary>
    public void PutCheck(Change change, HealthCheck row, CheckPlan plan)
    {
        AgentCheck? before = _checks.GetValueOrDefault(row.CheckID);
        if (before is not null)
            row = row with { Status = before.Row.Status, Output = before.Row.Output };
        DropCheck(row.CheckID);
        TimeSpan now = _state.Uptime;
        var check = new AgentCheck(row, plan)
        {
            CriticalSince = row.Status == CheckStatus.Critical ? before?.CriticalSince ?? now : null,
        };
        _checks.Add(row.CheckID, check);
        if (!_checksByService.TryGetValue(row.ServiceID, out List<AgentCheck>? ofService))
            _checksByService.Add(row.ServiceID, ofService = []);
        ofService.Add(check);
        if (plan.Kind == CheckKind.Ttl)
            StartTtl(check, now);
        else if (plan.Kind is CheckKind.Http or CheckKind.Tcp)
            change.Afterwards(() => StartProbe?.Invoke(check));
        _sync.Check(change, check);
    }

    /// <summary>Takes out a check.</summary>
    /// <returns>False when there is none of that id.</returns>
    public bool DeregisterCheck(Change change, string id)
    {
        if (!DropCheck(id))
            return false;
        if (_sync.Self is { } node)
            _state.Writer.RemoveCheck(change, node, id);
        return true;
    }

    /// <summary>Takes a report for a TTL check.</summary>
    /// <returns>False when there is no TTL check of that id.</returns>
    public bool Report(Change change, string id, string status, string output)
    {
        if (!_checks.TryGetValue(id, out AgentCheck? check) || check.Plan.Kind != CheckKind.Ttl)
            return false;
        check.LastReport = output;
        check.Deadline = _state.Uptime + check.Plan.Ttl;
        check.TtlTimer!.Change(Deadlines.TimerFor(check.Plan.Ttl), Timeout.InfiniteTimeSpan);
        Update(change, check, status, output);
        return true;
    }

    /// <summary>Takes a result for a check that is still registered: the catalog learns of a new status at once, of a mere new output later.</summary>
    public void Update(Change change, AgentCheck check, string status, string output)
    {
        if (_checks.GetValueOrDefault(check.Row.CheckID) != check || (check.Row.Status == status && check.Row.Output == output))
            return;
        bool statusChanged = check.Row.Status != status;
        check.Row = check.Row with { Status = status, Output = output };
        if (!statusChanged)
        {
            _sync.OutputLater(check);
            return;
        }

        check.CriticalSince = status == CheckStatus.Critical ? _state.Uptime : null;
        _sync.Check(change, check);
    }

    /// <summary>Turns maintenance mode of a service on or off; on again changes nothing.</summary>
    /// <returns>False when there is no service of that id.</returns>
    public bool SetServiceMaintenance(Change change, string id, bool enable, string reason)
    {
        if (!_services.TryGetValue(id, out AgentService? service))
            return false;
        SetMaintenance(change, enable, new HealthCheck
        {
            CheckID = CheckStatus.ServiceMaintenanceCheckPrefix + id,
            Name = "Service Maintenance Mode",
            Notes = reason.Length > 0 ? reason : ServiceMaintenanceReason,
            ServiceID = id,
            ServiceName = service.Service,
            ServiceTags = service.Tags,
        });
        return true;
    }

    /// <summary>Turns maintenance mode of the node on or off; on again changes nothing.</summary>
    public void SetNodeMaintenance(Change change, bool enable, string reason) =>
        SetMaintenance(change, enable, new HealthCheck
        {
            CheckID = CheckStatus.NodeMaintenanceCheckID,
            Name = "Node Maintenance Mode",
            Notes = reason.Length > 0 ? reason : NodeMaintenanceReason,
        });

    /// <summary>Takes out the services that have a check which has been critical for longer than its DeregisterCriticalServiceAfter.</summary>
    /// <returns>The ids of the services taken out.</returns>
    public IReadOnlyList<string> Reap(Change change)
    {
        TimeSpan now = _state.Uptime;
        string[] overdue =
        [
            .. _checks.Values
                .Where(check => check.Plan.DeregisterAfter > TimeSpan.Zero && check.Row.ServiceID.Length > 0
                    && now - check.CriticalSince > check.Plan.DeregisterAfter)
                .Select(check => check.Row.ServiceID)
                .Distinct(StringComparer.Ordinal),
        ];
        foreach (string id in overdue)
            DeregisterService(change, id);
        return overdue;
    }

    /// <summary>The checks of a service, in the order of their registration.</summary>
    public IReadOnlyList<AgentCheck> ChecksOf(string serviceId) =>
        _checksByService.TryGetValue(serviceId, out List<AgentCheck>? checks) ? checks : [];

    /// <summary>The checks that count for every service of the node, in the order of their registration.</summary>
    public IReadOnlyList<AgentCheck> NodeChecks => ChecksOf("");

    /// <summary>Ends the timers of all checks.</summary>
    public void Dispose()
    {
        foreach (string id in _checks.Keys.ToArray())
            DropCheck(id);
    }

    private void SetMaintenance(Change change, bool enable, HealthCheck row)
    {
        if (!enable)
            DeregisterCheck(change, row.CheckID);
        else if (!_checks.ContainsKey(row.CheckID))
            PutCheck(change, row with { Node = _state.Identity.NodeName, Status = CheckStatus.Critical, Type = "maintenance" }, new CheckPlan(CheckKind.Maintenance));
    }

    private void StartTtl(AgentCheck check, TimeSpan now)
    {
        check.Deadline = now + check.Plan.Ttl;
        check.TtlTimer = _state.Time.CreateTimer(_ => Expire(check), null, Deadlines.TimerFor(check.Plan.Ttl), Timeout.InfiniteTimeSpan);
    }

    private void Expire(AgentCheck check)
    {
        using Change change = _state.BeginChange();
        if (_checks.GetValueOrDefault(check.Row.CheckID) != check)
            return;
        // A report may have come while this waited for the lock, and timers may run a little early.
        if (Deadlines.IsBefore(check.TtlTimer!, check.Deadline - _state.Uptime))
            return;
        string output = check.LastReport.Length > 0
            ? $"TTL expired (last output before timeout follows): {check.LastReport}"
            : "TTL expired";
        Update(change, check, CheckStatus.Critical, output);
    }

    private bool DropCheck(string id)
    {
        if (!_checks.Remove(id, out AgentCheck? check))
            return false;
        List<AgentCheck> ofService = _checksByService[check.Row.ServiceID];
        ofService.Remove(check);
        if (ofService.Count == 0)
            _checksByService.Remove(check.Row.ServiceID);
        check.Dispose();
        return true;
    }
}
