using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>What the registry says of itself: agent/self, agent/members, status/*, and node maintenance.</summary>
internal sealed class AgentInfoEndpoints(RegistryState state)
{
    /// <summary>The versions of Envoy that the imitated version names; this registry has no part for proxies.</summary>
    private static readonly JsonElement Proxies = Parse("""{"SupportedProxies":{"envoy":["1.20.2","1.18.6","1.17.4","1.16.5","1.15.5"]}}""");

    public void Map(Router router)
    {
        router.Map("/v1/agent/self", ("GET", SelfAsync));
        router.Map("/v1/agent/members", ("GET", MembersAsync));
        router.Map("/v1/agent/maintenance", ("PUT", MaintenanceAsync));
        router.Map("/v1/status/leader", ("GET", _ => new(Answer.Json(state.Identity.LeaderAddress, ConsulJson.Default.String))));
        router.Map("/v1/status/peers", ("GET", _ => new(Answer.Json([state.Identity.LeaderAddress], ConsulJson.Default.IReadOnlyListString))));
    }

    private ValueTask<Answer> MembersAsync(ApiCall call)
    {
        IReadOnlyList<AgentMember> members = call.Authority.Node(state.Identity.NodeName, Access.Read) ? [Member()] : [];
        return new(Answer.Json(members, ConsulJson.Default.IReadOnlyListAgentMember));
    }

    private ValueTask<Answer> SelfAsync(ApiCall call)
    {
        ApiCall.Require(call.Authority.Agent(state.Identity.NodeName, Access.Read));
        (int services, int checks, int waiting, ulong index) = state.Read(
            () => (state.Agent.Services.Count, state.Agent.Checks.Count, state.Watches.Count, state.Index));
        var self = new AgentSelf
        {
            Config = new AgentConfig
            {
                Datacenter = state.Identity.Datacenter,
                PrimaryDatacenter = state.Identity.Datacenter,
                NodeName = state.Identity.NodeName,
                NodeID = state.Identity.NodeId,
                Revision = "",
                Server = true,
                Version = ProtocolVersion.Text,
            },
            DebugConfig = Parse("{}"),
            Coord = Parse("""{"Vec":[0,0,0,0,0,0,0,0],"Error":1.5,"Adjustment":0,"Height":0.00001}"""),
            Member = Member(),
            Stats = Parse($$"""
                {"agent":{"checks":"{{checks}}","services":"{{services}}"},"registry":{"index":"{{index}}","waiting_queries":"{{waiting}}"} }
                """),
            Meta = new Dictionary<string, string> { ["consul-network-segment"] = "" },
            XDS = Proxies,
        };
        return new(Answer.Json(self, ConsulJson.Default.AgentSelf));
    }

    private ValueTask<Answer> MaintenanceAsync(ApiCall call)
    {
        bool enable = MaintenanceFlag.Parse(call);
        ApiCall.Require(call.Authority.Node(state.Identity.NodeName, Access.Write));
        using (Change change = state.BeginChange())
            state.Agent.SetNodeMaintenance(change, enable, call.Query.Get("reason"));
        return new(Answer.Empty());
    }

    private AgentMember Member() => new()
    {
        Name = state.Identity.NodeName,
        Addr = state.Identity.Address,
        Port = 8301,
        Tags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["acls"] = state.Acl.IsOn ? "1" : "0",
            ["build"] = ProtocolVersion.Text + ":hashbalancer",
            ["dc"] = state.Identity.Datacenter,
            ["ft_fs"] = "1",
            ["ft_si"] = "1",
            ["id"] = state.Identity.NodeId,
            ["port"] = "8300",
            ["raft_vsn"] = "3",
            ["role"] = "consul",
            ["segment"] = "",
            ["vsn"] = "2",
            ["vsn_max"] = "3",
            ["vsn_min"] = "2",
            ["wan_join_port"] = "8302",
        },
        Status = 1,
        ProtocolMin = 1,
        ProtocolMax = 5,
        ProtocolCur = 2,
        DelegateMin = 2,
        DelegateMax = 5,
        DelegateCur = 4,
    };

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
