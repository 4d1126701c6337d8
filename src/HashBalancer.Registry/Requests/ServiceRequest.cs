using System.Net;
using System.Net.Sockets;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The body of PUT /v1/agent/service/register.</summary>
internal sealed class ServiceRequest
{
    private const string GoType =
        "struct { EnableTagOverrideSnake bool \"json:\\\"enable_tag_override\\\"\"; TaggedAddressesSnake map[string]structs.ServiceAddress "
        + "\"json:\\\"tagged_addresses\\\"\"; *structs.Alias }";

    private const int MaxWeight = 65535;

    public string Kind { get; set; } = "";

    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public IReadOnlyList<string> Tags { get; set; } = [];

    public string Address { get; set; } = "";

    public int Port { get; set; }

    public string SocketPath { get; set; } = "";

    public SortedDictionary<string, string>? Meta { get; set; }

    public SortedDictionary<string, ServiceAddress>? TaggedAddresses { get; set; }

    public WeightsRequest? Weights { get; set; }

    public bool EnableTagOverride { get; set; }

    public CheckRequest? Check { get; set; }

    public IReadOnlyList<CheckRequest> Checks { get; set; } = [];

    /// <summary>The first member of the service mesh that was given a value; empty for none.</summary>
    public string MeshMember { get; set; } = "";

    public static GoStruct<ServiceRequest> Body { get; } = new GoStruct<ServiceRequest>(GoType)
        .Text("Kind", (s, v) => s.Kind = v)
        .Text("ID", (s, v) => s.Id = v)
        .Text("Name", (s, v) => s.Name = v)
        .Strings("Tags", (s, v) => s.Tags = v)
        .Text("Address", (s, v) => s.Address = v)
        .Number("Port", (s, v) => s.Port = v)
        .Text("SocketPath", (s, v) => s.SocketPath = v)
        .Field("Meta", (s, v) => s.Meta = v.AsStringMap("Meta"))
        .Field("TaggedAddresses", (s, v) => s.TaggedAddresses = TaggedAddressMap.Read(v))
        .Field("tagged_addresses", (s, v) => s.TaggedAddresses = TaggedAddressMap.Read(v))
        .Nested("Weights", WeightsRequest.Body, (s, v) => s.Weights = v)
        .Flag("EnableTagOverride", (s, v) => s.EnableTagOverride = v)
        .Flag("enable_tag_override", (s, v) => s.EnableTagOverride = v)
        .Nested("Check", CheckRequest.Embedded, (s, v) => s.Check = v)
        .List("Checks", CheckRequest.Embedded, "structs.CheckTypes", (s, v) => s.Checks = v)
        .Text("Token", (_, _) => { })
        .Field("Proxy", (s, v) => s.MarkMesh("Proxy", v))
        .Field("Connect", (s, v) => s.MarkMesh("Connect", v));

    /// <summary>The service as the agent keeps it.</summary>
    /// <exception cref="RefusedException">The request is refused.</exception>
    public AgentService ToService(string datacenter)
    {
        if (Name.Length == 0)
            throw RefusedException.BadRequest("Missing service name");
        if (Address is "0.0.0.0" or "::" or "[::]")
            throw RefusedException.BadRequest("Invalid service address");
        if (Weights?.Fault() is { } badWeights)
            throw RefusedException.BadRequest($"Invalid Weights: {badWeights}");
        if (MetaRules.Fault(Meta) is { } badMeta)
            throw RefusedException.BadRequest($"Invalid Service Meta: {badMeta}");
        if (MeshMember.Length > 0)
            throw RefusedException.BadRequest($"Invalid service: {MeshMember} belongs to the service mesh, which this registry does not serve");
        return new AgentService
        {
            Kind = Kind.Length > 0 ? Kind : null,
            ID = Id.Length > 0 ? Id : Name,
            Service = Name,
            Tags = Tags,
            Meta = (IReadOnlyDictionary<string, string>?)Meta ?? new Dictionary<string, string>(),
            Port = Port,
            Address = Address,
            SocketPath = SocketPath.Length > 0 ? SocketPath : null,
            TaggedAddresses = AllTaggedAddresses(),
            Weights = new ServiceWeights { Passing = Weights?.Passing ?? 1, Warning = Weights?.Warning ?? 1 },
            EnableTagOverride = EnableTagOverride,
            Datacenter = datacenter,
        };
    }

    /// <summary>The checks of the registration, named and numbered as Consul does it.</summary>
    /// <exception cref="RefusedException">One of them is refused.</exception>
    public IReadOnlyList<(HealthCheck Row, CheckPlan Plan)> ToChecks(AgentService service, string node, TimeSpan intervalFloor)
    {
        CheckRequest[] checks = Check is { IsEmpty: false } first ? [first, .. Checks] : [.. Checks];
        foreach (CheckRequest check in checks)
        {
            if (check.Fault() is { } fault)
                throw RefusedException.BadRequest($"Invalid check: {fault}");
        }

        foreach (CheckRequest check in checks)
        {
            if (check.Status.Length > 0 && !CheckRequest.IsKnownStatus(check.Status))
                throw RefusedException.BadRequest("Status for checks must 'passing', 'warning', 'critical'");
        }

        if (checks.Any(check => check.Args.Count > 0))
            throw new RefusedException(500, RefusedException.ScriptsDisabled);
        return [.. checks.Select((check, i) => (new HealthCheck
        {
            Node = node,
            CheckID = check.Id.Length > 0 ? check.Id : checks.Length == 1 ? $"service:{service.ID}" : $"service:{service.ID}:{i + 1}",
            Name = check.Name.Length > 0 ? check.Name : $"Service '{service.Service}' check",
            Status = check.Status.Length > 0 ? check.Status : CheckStatus.Critical,
            Notes = check.Notes,
            ServiceID = service.ID,
            ServiceName = service.Service,
            ServiceTags = service.Tags,
            Type = check.Plan(intervalFloor).TypeName,
        }, check.Plan(intervalFloor)))];
    }

    /// <summary>The given tagged addresses, and for an IP address those of its family that were not given.</summary>
    private SortedDictionary<string, ServiceAddress>? AllTaggedAddresses()
    {
        var all = new SortedDictionary<string, ServiceAddress>(TaggedAddresses ?? [], StringComparer.Ordinal);
        foreach ((string name, ServiceAddress address) in all)
        {
            AddressFamily? family = name switch
            {
                "lan_ipv4" or "wan_ipv4" => AddressFamily.InterNetwork,
                "lan_ipv6" or "wan_ipv6" => AddressFamily.InterNetworkV6,
                _ => null,
            };
            if (family is not null && FamilyOf(address.Address) != family)
                throw new RefusedException(500, $"Service tagged address \"{name}\" must be a valid {name[4..]} address");
        }

        string? suffix = FamilyOf(Address) switch
        {
            AddressFamily.InterNetwork => "ipv4",
            AddressFamily.InterNetworkV6 => "ipv6",
            _ => null,
        };
        if (suffix is not null)
        {
            all.TryAdd($"lan_{suffix}", new ServiceAddress { Address = Address, Port = Port });
            all.TryAdd($"wan_{suffix}", new ServiceAddress { Address = Address, Port = Port });
        }

        return all.Count > 0 ? all : null;
    }

    private static AddressFamily? FamilyOf(string address) =>
        IPAddress.TryParse(address, out IPAddress? ip) && (ip.AddressFamily == AddressFamily.InterNetworkV6 || address.Count(c => c == '.') == 3)
            ? ip.AddressFamily
            : null;

    private void MarkMesh(string member, GoValue value)
    {
        if (value.Kind != GoKind.Object)
            throw value.Mismatch(member, $"structs.Service{member}");
        if (value.Members.Count > 0)
            MeshMember = member;
    }

    internal sealed class WeightsRequest
    {
        public int Passing { get; set; }

        public int Warning { get; set; }

        public static GoStruct<WeightsRequest> Body { get; } = new GoStruct<WeightsRequest>("structs.Weights")
            .Number("Passing", (w, v) => w.Passing = v)
            .Number("Warning", (w, v) => w.Warning = v);

        public string? Fault() =>
            Passing < 1 ? "Passing must be greater than 0"
            : Warning < 0 ? "Warning must be greater or equal than 0"
            : Passing > MaxWeight || Warning > MaxWeight ? "DNS Weight must be between 0 and 65535"
            : null;
    }
}
