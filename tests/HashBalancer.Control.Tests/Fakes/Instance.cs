using HashBalancer.Consul.Models;

namespace HashBalancer.Control.Tests;

/// <summary>Builds what Consul says about instances of a service.</summary>
internal static class Instance
{
    public static ServiceEntry Of(
        string id, string address = "10.0.0.1", int port = 5000, string node = "node-1", string nodeAddress = "127.0.0.1",
        string[]? tags = null, Dictionary<string, string>? meta = null, ServiceWeights? weights = null, params HealthCheck[] checks) => new()
        {
            Node = new CatalogNode { Node = node, Address = nodeAddress },
            Service = new CatalogServiceInstance { ID = id, Service = "web", Address = address, Port = port, Tags = tags, Meta = meta, Weights = weights },
            Checks = [Check("serfHealth", "passing"), .. checks],
        };

    /// <summary>As the control plane reads them for a pool that takes warnings.</summary>
    public static IReadOnlyList<InstanceReading> Read(params ServiceEntry[] entries) => [.. entries.Select(e => InstanceReading.Of(new PoolDefinition("items", "web"), e))];

    public static HealthCheck Check(string id, string status) => new() { CheckID = id, Status = status };

    /// <summary>Instances web-1 to web-n on ports 5001 to 500n.</summary>
    public static ServiceEntry[] Several(int count) => [.. Enumerable.Range(1, count).Select(i => Of($"web-{i}", port: 5000 + i))];
}
