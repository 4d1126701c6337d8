using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Takes a snapshot of the state, and puts one back.</summary>
internal static class SnapshotState
{
    /// <summary>
    /// How far the index jumps at a restart: past every index that was given out after the last save, so that nobody waits at an index the
    /// registry has yet to reach, and that no index stands for two states.
    /// </summary>
    private const ulong RestartGap = 1_000_000;

    /// <summary>Takes a snapshot. The lock is held for copying references alone.</summary>
    public static SnapshotDocument Take(RegistryState state) => state.Read(() => new SnapshotDocument
    {
        NodeName = state.Identity.NodeName,
        NodeId = state.Identity.NodeId,
        Index = state.Index,
        Nodes =
        [
            .. state.Catalog.Nodes.Values.Select(row => new SavedNode
            {
                Node = row.Node,
                Services = [.. row.Services.Values.Select(service => service.Service)],
                Checks = [.. row.Checks.Values],
            }),
        ],
        AgentServices = [.. state.Agent.Services.Values],
        AgentChecks = [.. state.Agent.Checks.Values.Select(check => new SavedCheck { Row = check.Row, Plan = check.Plan })],
        Keys = [.. state.Keys.All.Select(SavedKey.Of)],
        Sessions = [.. state.Sessions.All],
        Policies = [.. state.Acl.Policies],
        Tokens = [.. state.Acl.Tokens],
    });

    /// <summary>Puts a snapshot back into a new state. Times to live and probes start anew; statuses are those of the snapshot.</summary>
    public static void Restore(RegistryState state, SnapshotDocument saved)
    {
        using Change change = state.BeginChange();
        state.SkipTo(saved.Index + RestartGap);
        bool sameNode = saved.NodeName == state.Identity.NodeName;
        foreach (SavedNode node in saved.Nodes.Where(node => sameNode || node.Node.Node != saved.NodeName))
            Restore(state, change, node);
        foreach (AgentService service in saved.AgentServices)
            state.Agent.RegisterService(change, service with { Datacenter = state.Identity.Datacenter }, [], replaceChecks: false);
        foreach (SavedCheck check in saved.AgentChecks)
            state.Agent.PutCheck(change, check.Row with { Node = state.Identity.NodeName }, check.Plan);
        state.Agent.Reconcile(change);
        state.Keys.Restore(saved.Keys.Select(key => key.ToPair()), change.Index);
        state.Sessions.Restore(saved.Sessions.Where(session => state.Catalog.Nodes.ContainsKey(session.Node)), change.Index);
        state.Acl.Restore(saved.Policies, saved.Tokens, change.Index);
    }

    private static void Restore(RegistryState state, Change change, SavedNode saved)
    {
        state.Catalog.PutNode(change, saved.Node);
        NodeRow node = state.Catalog.Nodes[saved.Node.Node];
        foreach (CatalogServiceInstance service in saved.Services)
            state.Catalog.PutService(change, node, service);
        foreach (HealthCheck check in saved.Checks)
            state.Catalog.PutCheck(change, node, node.Services.GetValueOrDefault(check.ServiceID), check);
    }
}
