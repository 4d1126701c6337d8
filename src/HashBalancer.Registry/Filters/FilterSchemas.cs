using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>What filters can name in each kind of list.</summary>
internal static class FilterSchemas
{
    private static readonly FilterSchema<ServiceAddress> Address = new FilterSchema<ServiceAddress>()
        .Text("Address", a => a.Address)
        .Number("Port", a => a.Port);

    private static readonly FilterSchema<ServiceWeights> Weights = new FilterSchema<ServiceWeights>()
        .Number("Passing", w => w.Passing)
        .Number("Warning", w => w.Warning);

    public static FilterSchema<CatalogNode> Node { get; } = new FilterSchema<CatalogNode>()
        .Text("ID", n => n.ID)
        .Text("Node", n => n.Node)
        .Text("Address", n => n.Address)
        .Text("Datacenter", n => n.Datacenter)
        .TextMap("TaggedAddresses", n => n.TaggedAddresses)
        .TextMap("Meta", n => n.Meta);

    public static FilterSchema<CatalogServiceInstance> Instance { get; } = new FilterSchema<CatalogServiceInstance>()
        .Text("Kind", s => s.Kind)
        .Text("ID", s => s.ID)
        .Text("Service", s => s.Service)
        .Texts("Tags", s => s.Tags)
        .Text("Address", s => s.Address)
        .ObjectMap("TaggedAddresses", Address, s => s.TaggedAddresses)
        .TextMap("Meta", s => s.Meta)
        .Number("Port", s => s.Port)
        .Text("SocketPath", s => s.SocketPath)
        .Object("Weights", Weights, s => s.Weights)
        .Flag("EnableTagOverride", s => s.EnableTagOverride);

    public static FilterSchema<HealthCheck> Check { get; } = new FilterSchema<HealthCheck>()
        .Text("Node", c => c.Node)
        .Text("CheckID", c => c.CheckID)
        .Text("Name", c => c.Name)
        .Text("Status", c => c.Status)
        .Text("Notes", c => c.Notes)
        .Text("Output", c => c.Output)
        .Text("ServiceID", c => c.ServiceID)
        .Text("ServiceName", c => c.ServiceName)
        .Texts("ServiceTags", c => c.ServiceTags)
        .Text("Type", c => c.Type)
        .Text("Interval", c => c.Interval)
        .Text("Timeout", c => c.Timeout)
        .Number("ExposedPort", c => c.ExposedPort);

    public static FilterSchema<ServiceEntry> Entry { get; } = new FilterSchema<ServiceEntry>()
        .Object("Node", Node, e => e.Node)
        .Object("Service", Instance, e => e.Service)
        .Objects("Checks", Check, e => e.Checks);

    public static FilterSchema<AgentService> AgentService { get; } = new FilterSchema<AgentService>()
        .Text("Kind", s => s.Kind)
        .Text("ID", s => s.ID)
        .Text("Service", s => s.Service)
        .Texts("Tags", s => s.Tags)
        .Text("Address", s => s.Address)
        .ObjectMap("TaggedAddresses", Address, s => s.TaggedAddresses)
        .TextMap("Meta", s => s.Meta)
        .Number("Port", s => s.Port)
        .Text("SocketPath", s => s.SocketPath)
        .Object("Weights", Weights, s => s.Weights)
        .Flag("EnableTagOverride", s => s.EnableTagOverride);

    public static FilterSchema<CatalogService> CatalogService { get; } = new FilterSchema<CatalogService>()
        .Text("ID", s => s.ID)
        .Text("Node", s => s.Node)
        .Text("Address", s => s.Address)
        .Text("Datacenter", s => s.Datacenter)
        .TextMap("TaggedAddresses", s => s.TaggedAddresses)
        .TextMap("NodeMeta", s => s.NodeMeta)
        .Text("ServiceKind", s => s.ServiceKind)
        .Text("ServiceID", s => s.ServiceID)
        .Text("ServiceName", s => s.ServiceName)
        .Texts("ServiceTags", s => s.ServiceTags)
        .Text("ServiceAddress", s => s.ServiceAddress)
        .ObjectMap("ServiceTaggedAddresses", Address, s => s.ServiceTaggedAddresses)
        .Object("ServiceWeights", Weights, s => s.ServiceWeights)
        .TextMap("ServiceMeta", s => s.ServiceMeta)
        .Number("ServicePort", s => s.ServicePort)
        .Text("ServiceSocketPath", s => s.ServiceSocketPath)
        .Flag("ServiceEnableTagOverride", s => s.ServiceEnableTagOverride);
}
