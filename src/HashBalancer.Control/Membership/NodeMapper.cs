namespace HashBalancer.Control;

/// <summary>Turns the instances of one answer into nodes with distinct ids. Pure.</summary>
/// <remarks>
/// A node's id is its ServiceID. Consul keeps ServiceIDs unique on one agent only, and an instance that was registered with a name
/// alone has the service's name for an id, on every agent. So where several instances of a service share a ServiceID, each of
/// them gets the id <c>node-name/ServiceID</c>; all others keep their plain one. Whether an instance shares its id depends on
/// the set of instances alone, never on their order, so every gateway gives the same ids. An instance whose id is taken even so
/// is left out.
/// </remarks>
internal static class NodeMapper
{
    /// <summary>The nodes of one answer, in no particular order.</summary>
    public static List<NodeRegistration> Map(IReadOnlyList<InstanceReading> instances, Warnings warnings)
    {
        HashSet<string> ids = new(instances.Count, StringComparer.Ordinal);
        List<NodeRegistration> nodes = new(instances.Count);
        HashSet<string>? shared = null;
        foreach (InstanceReading instance in instances)
        {
            warnings.Add(instance.Warnings);
            if (!ids.Add(instance.ServiceId))
                (shared ??= new(StringComparer.Ordinal)).Add(instance.ServiceId);
            if (instance.Node is { } node)
                nodes.Add(node);
        }

        return shared is null ? nodes : MapShared(instances, shared, warnings);
    }

    // Plain ids first, and by node name where ids are shared: who gets a contested id must not depend on the order of the answer.
    private static List<NodeRegistration> MapShared(IReadOnlyList<InstanceReading> instances, HashSet<string> shared, Warnings warnings)
    {
        Dictionary<string, NodeRegistration> nodes = new(instances.Count, StringComparer.Ordinal);
        foreach (InstanceReading instance in instances.Where(i => !shared.Contains(i.ServiceId)))
        {
            if (instance.Node is { } node)
                nodes.Add(node.Id, node);
        }

        foreach (InstanceReading instance in instances.Where(i => shared.Contains(i.ServiceId)).OrderBy(i => i.ConsulNode, StringComparer.Ordinal))
        {
            if (instance.Node is not { } node)
                continue;
            string id = $"{instance.ConsulNode}/{node.Id}";
            if (NodeRules.FaultOfId(id) is { } fault)
                warnings.Add(node.Id, $"is left out: with the name of its Consul node, which it needs because others share its id, {fault}");
            else if (!nodes.TryAdd(id, node with { Id = id }))
                warnings.Add(node.Id, $"is left out: the node id '{ForeignText.Shown(id)}' stands for another instance of the service already");
        }

        return [.. nodes.Values];
    }
}
