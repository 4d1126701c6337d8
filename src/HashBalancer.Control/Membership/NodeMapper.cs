using System.Runtime.InteropServices;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Turns what Consul says about a service into nodes. Pure.</summary>
/// <remarks>
/// <para><b>Identity.</b> A node's id is its ServiceID. Consul keeps ServiceIDs unique on one agent only, and one that was
/// registered with a name alone has the service's name for an id, on every agent. So where several instances of a service
/// share a ServiceID, each of them gets the id <c>node-name/ServiceID</c>; all others keep their plain one. Whether an
/// instance shares its id depends on the set of instances alone, never on their order, so every gateway gives the same ids.
/// An instance whose id is taken even so is left out.</para>
/// <para><b>Foreign input.</b> ServiceIDs, addresses, ports, tags and meta are written by anyone who may register. What
/// cannot be served is left out, what is malformed gets its default; each costs one warning and never the pool.</para>
/// </remarks>
internal static class NodeMapper
{
    /// <summary>The most characters of a node's id.</summary>
    public const int LongestId = 255;

    /// <summary>The nodes of one answer, in no particular order, with distinct ids.</summary>
    public static List<NodeRegistration> Map(PoolDefinition pool, IReadOnlyList<ServiceEntry> entries, NodeWarnings warnings)
    {
        HashSet<string> shared = SharedIds(entries);
        Dictionary<string, NodeRegistration> nodes = new(entries.Count, StringComparer.Ordinal);

        // Plain ids first, and by node name where ids are shared: who gets a contested id must not depend on the order of the answer.
        foreach (ServiceEntry entry in entries.Where(e => !IsShared(e)))
            Add(entry, entry?.Service?.ID);
        foreach (ServiceEntry entry in entries.Where(IsShared).OrderBy(e => e.Node?.Node, StringComparer.Ordinal))
            Add(entry, $"{entry.Node?.Node}/{entry.Service.ID}");
        return [.. nodes.Values];

        bool IsShared(ServiceEntry entry) => entry?.Service?.ID is { } id && shared.Contains(id);

        void Add(ServiceEntry? entry, string? id)
        {
            if (entry?.Service is not { } service || RegistrationOf(pool, entry, service, id, warnings) is not { } node)
                return;
            ref NodeRegistration? place = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, node.Id, out bool taken);
            if (taken)
                warnings.Add(service.ID, $"is left out: the node id '{ForeignText.Shown(node.Id)}' stands for another instance of the service already");
            else
                place = node;
        }
    }

    /// <summary>What is wrong with a node's id; null when nothing is.</summary>
    public static string? FaultOfId(string? id) => ForeignText.FaultOf(id, LongestId) is { } fault
        ? $"its id {fault}; allowed are 1 to {LongestId} characters, none of them a control character"
        : null;

    /// <summary>What is wrong with a node's host, given without brackets; null when nothing is.</summary>
    public static string? FaultOfHost(string? host) =>
        string.IsNullOrWhiteSpace(host) ? "neither it nor its Consul node has an address"
        : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? null
        : $"its address is '{ForeignText.Shown(host)}'; allowed are host names and IP addresses";

    /// <summary>What is wrong with a node's port; null when nothing is.</summary>
    public static string? FaultOfPort(int port) => port is < 1 or > 65535 ? $"its port is {port}; allowed are 1 to 65535" : null;

    private static HashSet<string> SharedIds(IReadOnlyList<ServiceEntry> entries)
    {
        HashSet<string> seen = new(entries.Count, StringComparer.Ordinal);
        HashSet<string> shared = new(StringComparer.Ordinal);
        foreach (ServiceEntry? entry in entries)
        {
            if (entry?.Service?.ID is { } id && !seen.Add(id))
                shared.Add(id);
        }

        return shared;
    }

    private static NodeRegistration? RegistrationOf(PoolDefinition pool, ServiceEntry entry, CatalogServiceInstance service, string? id, NodeWarnings warnings)
    {
        string? address = string.IsNullOrWhiteSpace(service.Address) ? entry.Node?.Address : service.Address;
        string? host = address?.Trim('[', ']');
        if ((FaultOfId(id) ?? FaultOfHost(host) ?? FaultOfPort(service.Port)) is { } fault)
        {
            warnings.Add(service.ID, $"is left out: {fault}");
            return null;
        }

        CheckSummary checks = CheckSummary.Of(entry.Checks);
        InstanceSettings.WarnOfUnknown(service, warnings);
        return new NodeRegistration(
            id!, host!, service.Port, WeightOf(service, checks, warnings), StateOf(pool, checks), InstanceSettings.ZoneOf(service, warnings));
    }

    private static NodeState StateOf(PoolDefinition pool, CheckSummary checks) =>
        checks.Critical || (pool.OnlyPassing && checks.Warning) ? NodeState.Down
        : checks.Maintenance ? NodeState.Draining
        : NodeState.Up;

    private static double WeightOf(CatalogServiceInstance service, CheckSummary checks, NodeWarnings warnings)
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
