using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Copies what the agent knows into the catalog, under the agent's own node.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class AgentSync(RegistryState state, LocalAgent agent)
{
    private const string SelfService = "consul";
    private const string SelfCheck = "serfHealth";

    /// <summary>About when the catalog learns of an output that changed without the status: Consul's check_update_interval.</summary>
    private static readonly TimeSpan OutputInterval = TimeSpan.FromMinutes(5);

    /// <summary>The agent's node in the catalog, or null while somebody has deregistered it there.</summary>
    public NodeRow? Self => state.Catalog.Nodes.GetValueOrDefault(state.Identity.NodeName);

    public NodeRow RegisterSelf(Change change)
    {
        AgentIdentity self = state.Identity;
        (string lan, string wan) = self.Address.Contains(':', StringComparison.Ordinal) ? ("lan_ipv6", "wan_ipv6") : ("lan_ipv4", "wan_ipv4");
        NodeRow node = state.Writer.EnsureNode(change, new CatalogNode
        {
            ID = self.NodeId,
            Node = self.NodeName,
            Address = self.Address,
            Datacenter = self.Datacenter,
            TaggedAddresses = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["lan"] = self.Address,
                [lan] = self.Address,
                ["wan"] = self.Address,
                [wan] = self.Address,
            },
            Meta = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["consul-network-segment"] = "" },
        });
        state.Writer.EnsureService(change, node, new CatalogServiceInstance
        {
            ID = SelfService,
            Service = SelfService,
            Port = 8300,
            Meta = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["non_voter"] = "false",
                ["raft_version"] = "3",
                ["read_replica"] = "false",
                ["serf_protocol_current"] = "2",
                ["serf_protocol_max"] = "5",
                ["serf_protocol_min"] = "1",
                ["version"] = ProtocolVersion.Text,
            },
        });
        state.Writer.EnsureCheck(change, node, new HealthCheck
        {
            CheckID = SelfCheck,
            Name = "Serf Health Status",
            Status = CheckStatus.Passing,
            Output = "Agent alive and reachable",
        });
        return node;
    }

    public void Service(Change change, AgentService service) =>
        state.Writer.EnsureService(change, Self ?? RegisterSelf(change), new CatalogServiceInstance
        {
            Kind = string.IsNullOrEmpty(service.Kind) ? null : service.Kind,
            ID = service.ID,
            Service = service.Service,
            Tags = service.Tags,
            Address = service.Address,
            TaggedAddresses = service.TaggedAddresses,
            Meta = service.Meta,
            Port = service.Port,
            SocketPath = service.SocketPath,
            Weights = service.Weights,
            EnableTagOverride = service.EnableTagOverride,
        });

    public void Check(Change change, AgentCheck check)
    {
        check.OutputTimer?.Dispose();
        check.OutputTimer = null;
        state.Writer.EnsureCheck(change, Self ?? RegisterSelf(change), check.Row);
    }

    /// <summary>Copies the check after 0.5 to 1.5 times the interval, unless a new status does so before.</summary>
    public void OutputLater(AgentCheck check)
    {
        TimeSpan delay = (OutputInterval / 2) + state.RandomPart(OutputInterval);
        check.OutputTimer ??= state.Time.CreateTimer(_ => SyncOutput(check), null, delay, Timeout.InfiniteTimeSpan);
    }

    public void Reconcile(Change change)
    {
        NodeRow node = RegisterSelf(change);
        foreach (string id in node.Services.Keys.Where(id => id != SelfService && !agent.Services.ContainsKey(id)).ToArray())
            state.Writer.RemoveService(change, node, id);
        foreach (string id in node.Checks.Keys.Where(id => id != SelfCheck && !agent.Checks.ContainsKey(id)).ToArray())
            state.Writer.RemoveCheck(change, node, id);
        foreach (AgentService service in agent.Services.Values)
            Service(change, service);
        foreach (AgentCheck check in agent.Checks.Values)
        {
            // An output that waits for its time does not make a difference here, nor does a name the service had at the check's registration.
            HealthCheck? copy = node.Checks.GetValueOrDefault(check.Row.CheckID);
            if (copy is null || !SameRows.Checks(Comparable(copy), Comparable(check.Row)))
                Check(change, check);
        }
    }

    private static HealthCheck Comparable(HealthCheck check) => check with { Output = "", ServiceName = "", ServiceTags = [] };

    private void SyncOutput(AgentCheck check)
    {
        using Change change = state.BeginChange();
        if (agent.Checks.GetValueOrDefault(check.Row.CheckID) == check)
            Check(change, check);
    }
}

/// <summary>The version of Consul whose HTTP API this is.</summary>
internal static class ProtocolVersion
{
    public const string Text = "1.10.11";
}
