using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The body of catalog/register and of catalog/deregister.</summary>
internal sealed class CatalogRequest
{
    private IReadOnlyList<HealthCheck> _checks = [];
    private HealthCheck? _check;
    private string _datacenter = "";
    private string _id = "";
    private SortedDictionary<string, string>? _taggedAddresses;
    private SortedDictionary<string, string>? _nodeMeta;

    public string Node { get; private set; } = "";

    public string Address { get; private set; } = "";

    public bool SkipNodeUpdate { get; private set; }

    public CatalogServiceInstance? Service { get; private set; }

    public string ServiceId { get; private set; } = "";

    public string CheckId { get; private set; } = "";

    public IEnumerable<HealthCheck> AllChecks => _check is null ? _checks : [_check, .. _checks];

    public static GoStruct<CatalogRequest> Registration { get; } = new GoStruct<CatalogRequest>("structs.RegisterRequest")
        .Text("Datacenter", (r, v) => r._datacenter = v)
        .Text("ID", (r, v) => r._id = v)
        .Text("Node", (r, v) => r.Node = v)
        .Text("Address", (r, v) => r.Address = v)
        .Field("TaggedAddresses", (r, v) => r._taggedAddresses = v.AsStringMap("TaggedAddresses"))
        .Field("NodeMeta", (r, v) => r._nodeMeta = v.AsStringMap("NodeMeta"))
        .Nested("Service", InstanceRequest.Body, (r, v) => r.Service = v.Instance)
        .Nested("Check", HealthCheckRequest.Body, (r, v) => r._check = v.Check)
        .List("Checks", HealthCheckRequest.Body, "structs.HealthChecks", (r, v) => r._checks = [.. v.Select(check => check.Check)])
        .Flag("SkipNodeUpdate", (r, v) => r.SkipNodeUpdate = v)
        .Field("WriteRequest", (_, _) => { });

    public static GoStruct<CatalogRequest> Deregistration { get; } = new GoStruct<CatalogRequest>("structs.DeregisterRequest")
        .Text("Datacenter", (r, v) => r._datacenter = v)
        .Text("Node", (r, v) => r.Node = v)
        .Text("ServiceID", (r, v) => r.ServiceId = v)
        .Text("CheckID", (r, v) => r.CheckId = v)
        .Field("WriteRequest", (_, _) => { });

    public void RequireDatacenter(string own)
    {
        if (_datacenter.Length > 0 && _datacenter != own)
            throw RefusedException.Failed("No path to datacenter");
    }

    /// <summary>Whether a caller may write what is to be registered.</summary>
    public bool MayWrite(Authority authority) =>
        authority.Node(Node, Access.Write) && (Service is null || authority.Service(Service.Service, Access.Write));

    public CatalogNode ToNode(string datacenter, string knownId) => new()
    {
        ID = _id.Length > 0 ? _id : knownId,
        Node = Node,
        Address = Address,
        Datacenter = datacenter,
        TaggedAddresses = _taggedAddresses,
        Meta = _nodeMeta,
    };
}

/// <summary>A service instance as catalog/register and txn take it.</summary>
internal sealed class InstanceRequest
{
    public CatalogServiceInstance Instance { get; private set; } = new();

    public static GoStruct<InstanceRequest> Body { get; } = new GoStruct<InstanceRequest>("structs.NodeService")
        .Text("Kind", (r, v) => r.Instance = r.Instance with { Kind = v.Length > 0 ? v : null })
        .Text("ID", (r, v) => r.Instance = r.Instance with { ID = v })
        .Text("Service", (r, v) => r.Instance = r.Instance with { Service = v })
        .Strings("Tags", (r, v) => r.Instance = r.Instance with { Tags = v })
        .Text("Address", (r, v) => r.Instance = r.Instance with { Address = v })
        .Field("TaggedAddresses", (r, v) => r.Instance = r.Instance with { TaggedAddresses = TaggedAddressMap.Read(v) })
        .Field("Meta", (r, v) => r.Instance = r.Instance with { Meta = v.AsStringMap("Meta") })
        .Number("Port", (r, v) => r.Instance = r.Instance with { Port = v })
        .Text("SocketPath", (r, v) => r.Instance = r.Instance with { SocketPath = v.Length > 0 ? v : null })
        .Nested("Weights", ServiceRequest.WeightsRequest.Body, (r, v) =>
            r.Instance = r.Instance with { Weights = new ServiceWeights { Passing = v.Passing, Warning = v.Warning } })
        .Flag("EnableTagOverride", (r, v) => r.Instance = r.Instance with { EnableTagOverride = v })
        .Index("CreateIndex", (_, _) => { })
        .Index("ModifyIndex", (r, v) => r.Instance = r.Instance with { ModifyIndex = v })
        .Field("Proxy", (_, _) => { })
        .Field("Connect", (_, _) => { });
}

/// <summary>A check as catalog/register and txn take it.</summary>
internal sealed class HealthCheckRequest
{
    public HealthCheck Check { get; private set; } = new();

    public static GoStruct<HealthCheckRequest> Body { get; } = new GoStruct<HealthCheckRequest>("structs.HealthCheck")
        .Text("Node", (r, v) => r.Check = r.Check with { Node = v })
        .Text("CheckID", (r, v) => r.Check = r.Check with { CheckID = v })
        .Text("Name", (r, v) => r.Check = r.Check with { Name = v })
        .Text("Status", (r, v) => r.Check = r.Check with { Status = v })
        .Text("Notes", (r, v) => r.Check = r.Check with { Notes = v })
        .Text("Output", (r, v) => r.Check = r.Check with { Output = v })
        .Text("ServiceID", (r, v) => r.Check = r.Check with { ServiceID = v })
        .Text("ServiceName", (r, v) => r.Check = r.Check with { ServiceName = v })
        .Strings("ServiceTags", (r, v) => r.Check = r.Check with { ServiceTags = v })
        .Text("Type", (r, v) => r.Check = r.Check with { Type = v })
        .Text("Interval", (r, v) => r.Check = r.Check with { Interval = v })
        .Text("Timeout", (r, v) => r.Check = r.Check with { Timeout = v })
        .Number("ExposedPort", (r, v) => r.Check = r.Check with { ExposedPort = v })
        .Nested("Definition", DefinitionRequest.Body, (r, v) => r.Check = r.Check with { Definition = v.Definition })
        .Index("CreateIndex", (_, _) => { })
        .Index("ModifyIndex", (r, v) => r.Check = r.Check with { ModifyIndex = v });

    private sealed class DefinitionRequest
    {
        public HealthCheckDefinition Definition { get; private set; } = HealthCheckDefinition.None;

        public static GoStruct<DefinitionRequest> Body { get; } = new GoStruct<DefinitionRequest>("structs.HealthCheckDefinition")
            .Text("HTTP", (r, v) => r.Definition = r.Definition with { HTTP = v })
            .Text("TLSServerName", (r, v) => r.Definition = r.Definition with { TLSServerName = v })
            .Flag("TLSSkipVerify", (r, v) => r.Definition = r.Definition with { TLSSkipVerify = v })
            .Field("Header", (r, v) => r.Definition = r.Definition with
            {
                Header = v.AsMap("Header", "map[string][]string", values => values.AsStrings("Header") ?? []),
            })
            .Text("Method", (r, v) => r.Definition = r.Definition with { Method = v })
            .Text("Body", (r, v) => r.Definition = r.Definition with { Body = v })
            .Text("TCP", (r, v) => r.Definition = r.Definition with { TCP = v })
            .Duration("Interval", (r, v) => r.Definition = r.Definition with { Interval = v })
            .Duration("Timeout", (r, v) => r.Definition = r.Definition with { Timeout = v })
            .Duration("DeregisterCriticalServiceAfter", (r, v) => r.Definition = r.Definition with { DeregisterCriticalServiceAfter = v });
    }
}

/// <summary>Tagged addresses of a service, as registrations carry them.</summary>
internal static class TaggedAddressMap
{
    public static SortedDictionary<string, ServiceAddress>? Read(GoValue value) =>
        value.AsMap("TaggedAddresses", "map[string]structs.ServiceAddress", member =>
        {
            AddressRequest address = AddressRequest.Body.Read(member, "TaggedAddresses");
            return new ServiceAddress { Address = address.Address, Port = address.Port };
        });

    private sealed class AddressRequest
    {
        public string Address { get; private set; } = "";

        public int Port { get; private set; }

        public static GoStruct<AddressRequest> Body { get; } = new GoStruct<AddressRequest>("structs.ServiceAddress")
            .Text("Address", (a, v) => a.Address = v)
            .Number("Port", (a, v) => a.Port = v);
    }
}
