using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What one instance of an answer comes to, apart from all others.</summary>
/// <param name="ServiceId">Its ServiceID; empty when it has none.</param>
/// <param name="ConsulNode">The name of its Consul node, which tells instances with the same ServiceID apart.</param>
/// <param name="Node">The node it is, under its plain ServiceID; null when it cannot be served.</param>
/// <param name="Warnings">What is odd about it.</param>
internal sealed record InstanceReading(string ServiceId, string ConsulNode, NodeRegistration? Node, IReadOnlyList<string> Warnings)
{
    /// <summary>Reads an instance. Pure.</summary>
    /// <remarks>
    /// ServiceIDs, addresses, ports, tags and meta are written by anyone who may register. What cannot be served is left out, what
    /// is malformed gets its default; each costs one warning and never the pool.
    /// </remarks>
    public static InstanceReading Of(PoolDefinition pool, ServiceEntry? entry)
    {
        string id = entry?.Service?.ID ?? "", consulNode = entry?.Node?.Node ?? "";
        Warnings warnings = new();
        return new InstanceReading(id, consulNode, entry?.Service is { } service ? NodeOf(pool, entry, service, warnings) : null, warnings.Lines);
    }

    private static NodeRegistration? NodeOf(PoolDefinition pool, ServiceEntry entry, CatalogServiceInstance service, Warnings warnings)
    {
        string? address = string.IsNullOrWhiteSpace(service.Address) ? entry.Node?.Address : service.Address;
        bool isUnix = !string.IsNullOrEmpty(service.SocketPath);
        string? host = isUnix ? Ring.Node.UnixHost + service.SocketPath : address?.Trim('[', ']');
        int port = isUnix ? 0 : service.Port;
        if ((NodeRules.FaultOfId(service.ID) ?? NodeRules.FaultOfAddress(host, port)) is { } fault)
        {
            warnings.Add(service.ID, $"is left out: {fault}");
            return null;
        }

        CheckSummary checks = CheckSummary.Of(entry.Checks);
        InstanceSettings.WarnOfUnknown(service, warnings);
        return new NodeRegistration(
            service.ID, host!, port, WeightOf(service, checks, warnings), StateOf(pool, checks), InstanceSettings.ZoneOf(service, warnings))
        {
            IsTls = !isUnix && (InstanceSettings.IsTls(service, warnings) ?? pool.Tls),
        };
    }

    private static NodeState StateOf(PoolDefinition pool, CheckSummary checks) =>
        checks.Critical || (pool.OnlyPassing && checks.Warning) ? NodeState.Down
        : checks.Maintenance ? NodeState.Draining
        : NodeState.Up;

    private static double WeightOf(CatalogServiceInstance service, CheckSummary checks, Warnings warnings)
    {
        if (InstanceSettings.WeightOf(service, warnings) is { } declared)
            return declared;
        int weight = checks.Warning ? service.Weights?.Warning ?? 1 : service.Weights?.Passing ?? 1;
        if (weight is >= 0 and <= (int)HashRing.MaximumWeight)
            return weight;
        warnings.Add(service.ID, $"its Consul weight is {weight}; allowed are 0 to {HashRing.MaximumWeight:0}. The nearest of them is used");
        return Math.Clamp(weight, 0, HashRing.MaximumWeight);
    }
}
