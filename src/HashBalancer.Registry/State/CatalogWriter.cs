using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>What writes to the catalog mean: defaults, refusals, and that an equal row moves no index and wakes nobody.</summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class CatalogWriter(Catalog catalog)
{
    private static readonly ServiceWeights EvenWeights = new();

    /// <summary>Told when a check turned critical or went away: sessions that depend on it end.</summary>
    public Action<Change, string, string>? CheckLost { get; set; }

    /// <summary>Told when a node went away.</summary>
    public Action<Change, string>? NodeLost { get; set; }

    /// <summary>Registers a node; one that is equal stays as it is.</summary>
    public NodeRow EnsureNode(Change change, CatalogNode node)
    {
        CatalogNode? before = catalog.Nodes.GetValueOrDefault(node.Node)?.Node;
        if (before is null || !SameRows.Nodes(before, node))
            catalog.PutNode(change, node with { CreateIndex = before?.CreateIndex ?? change.Index, ModifyIndex = change.Index });
        return catalog.Nodes[node.Node];
    }

    /// <summary>Registers a service instance; one that is equal stays as it is.</summary>
    /// <exception cref="StateException">It has no name.</exception>
    public ServiceRow EnsureService(Change change, NodeRow node, CatalogServiceInstance service)
    {
        if (service.Service.Length == 0)
            throw new StateException("Must provide service name with ID");
        if (service.ID.Length == 0)
            service = service with { ID = service.Service };
        service = service with { Weights = service.Weights ?? EvenWeights };
        CatalogServiceInstance? before = node.Services.GetValueOrDefault(service.ID)?.Service;
        if (before is null || !SameRows.Services(before, service))
            catalog.PutService(change, node, service with { CreateIndex = before?.CreateIndex ?? change.Index, ModifyIndex = change.Index });
        return node.Services[service.ID];
    }

    /// <summary>Registers a check; one that is equal stays as it is.</summary>
    /// <exception cref="StateException">Its service is not registered on the node.</exception>
    public void EnsureCheck(Change change, NodeRow node, HealthCheck check)
    {
        ServiceRow? owner = null;
        if (check.ServiceID.Length > 0)
        {
            if (!node.Services.TryGetValue(check.ServiceID, out owner))
                throw new StateException($"Missing service registration on node \"{node.Node.Node}\"");
            check = check with { ServiceName = owner.Service.Service, ServiceTags = owner.Service.Tags ?? [] };
        }

        check = check with
        {
            Node = node.Node.Node,
            Status = check.Status.Length > 0 ? check.Status : CheckStatus.Critical,
            ServiceTags = check.ServiceTags ?? [],
        };
        HealthCheck? before = node.Checks.GetValueOrDefault(check.CheckID);
        if (before is not null && SameRows.Checks(before, check))
            return;
        catalog.PutCheck(
            change, node, owner, check with { CreateIndex = before?.CreateIndex ?? change.Index, ModifyIndex = change.Index });
        if (check.Status == CheckStatus.Critical)
            CheckLost?.Invoke(change, check.Node, check.CheckID);
    }

    /// <summary>Takes out an instance and its checks; an unknown one is fine.</summary>
    public void RemoveService(Change change, NodeRow node, string id)
    {
        if (!node.Services.TryGetValue(id, out ServiceRow? row))
            return;
        foreach (HealthCheck check in row.Checks.Values.ToArray())
            RemoveCheck(change, node, check.CheckID);
        catalog.DropService(change, row);
    }

    /// <summary>Takes out a check; an unknown one is fine.</summary>
    public void RemoveCheck(Change change, NodeRow node, string id)
    {
        if (!node.Checks.TryGetValue(id, out HealthCheck? check))
            return;
        catalog.DropCheck(change, node, check);
        CheckLost?.Invoke(change, node.Node.Node, id);
    }

    /// <summary>Takes out a node with its services, checks and sessions; an unknown one is fine.</summary>
    public void RemoveNode(Change change, string name)
    {
        if (!catalog.Nodes.TryGetValue(name, out NodeRow? node))
            return;
        foreach (string id in node.Services.Keys.ToArray())
            RemoveService(change, node, id);
        foreach (string id in node.Checks.Keys.ToArray())
            RemoveCheck(change, node, id);
        NodeLost?.Invoke(change, node.Node.Node);
        catalog.DropNode(change, node);
    }
}

/// <summary>A write that the state refuses; the message is Consul's.</summary>
internal sealed class StateException(string message) : Exception(message);
