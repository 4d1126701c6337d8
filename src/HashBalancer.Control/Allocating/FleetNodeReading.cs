using System.Globalization;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;
using HashBalancer.Consul.Models;

namespace HashBalancer.Control;

/// <summary>Reads the nodes of the fleet from what their agents registered. Pure.</summary>
/// <remarks>Meta <c>capacity-NAME</c> is a capacity, <c>label-NAME</c> a label, <c>zone</c> the zone. A node without a known capacity has one node.</remarks>
internal static class FleetNodeReading
{
    public const string CapacityPrefix = "capacity-";
    public const string LabelPrefix = "label-";

    /// <summary>The nodes, each id once; those that cannot be read are left out with a warning.</summary>
    public static List<FleetNode> Of(IReadOnlyList<ServiceEntry> entries, IReadOnlyCollection<string> resources, ICollection<string> warnings)
    {
        SortedDictionary<string, FleetNode> nodes = new(StringComparer.Ordinal);
        foreach (ServiceEntry entry in entries)
        {
            if (entry.Service is not { } service)
                continue;
            if (NodeRules.FaultOfId(service.ID) is { } fault || service.ID.Contains('/', StringComparison.Ordinal))
            {
                warnings.Add($"A node of the fleet is left out: {NodeRules.FaultOfId(service.ID) ?? $"its id '{service.ID}' has a slash"}");
                continue;
            }

            FleetNode node = NodeOf(service, CheckSummary.Of(entry.Checks), resources, warnings);
            if (!nodes.TryAdd(node.Id, node))
                warnings.Add($"Node '{node.Id}' of the fleet stands twice: the first counts");
        }

        return [.. nodes.Values];
    }

    private static FleetNode NodeOf(CatalogServiceInstance service, CheckSummary checks, IReadOnlyCollection<string> resources, ICollection<string> warnings)
    {
        Dictionary<string, decimal> capacity = new(StringComparer.Ordinal) { [AllocationOptions.NodesResource] = 1 };
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        string zone = "";
        foreach ((string key, string value) in service.Meta ?? new Dictionary<string, string>())
        {
            if (key == "zone")
                zone = value ?? "";
            else if (key.StartsWith(LabelPrefix, StringComparison.Ordinal))
                labels[key[LabelPrefix.Length..]] = value ?? "";
            else if (key.StartsWith(CapacityPrefix, StringComparison.Ordinal) && key[CapacityPrefix.Length..] is var resource && resources.Contains(resource) && resource != AllocationOptions.NodesResource)
                ReadCapacity(service.ID, resource, value, capacity, warnings);
        }

        return new FleetNode(service.ID) { Capacity = capacity, Zone = zone, Labels = labels, Available = checks is { Critical: false, Maintenance: false } };
    }

    private static void ReadCapacity(string id, string resource, string? value, Dictionary<string, decimal> capacity, ICollection<string> warnings)
    {
        if (decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount) && Quantity.IsValid(Math.Round(amount, 3)))
            capacity[resource] = Math.Round(amount, 3);
        else
            warnings.Add($"Node '{id}' of the fleet has '{ForeignText.Shown(value ?? "")}' of {resource}; allowed are 0 to {Quantity.Maximum}. It counts as having none");
    }
}
