using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The catalog's tables: nodes, service instances, checks, and the indexes that blocking queries compare.</summary>
/// <remarks>
/// Guarded by the state's lock. This class stores rows, moves indexes and touches topics; what a write means is decided by
/// <see cref="CatalogWriter"/>. Every step can be taken back (<see cref="Change.RollBack"/>).
/// </remarks>
internal sealed class Catalog
{
    private readonly SortedDictionary<string, NodeRow> _nodes = new(LowercaseOrder.Instance);
    private readonly Dictionary<string, ServiceSet> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SortedDictionary<(string Node, string Id), HealthCheck>> _checksByService =
        new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All nodes by name.</summary>
    public IReadOnlyDictionary<string, NodeRow> Nodes => _nodes;

    /// <summary>The services that have instances, by name.</summary>
    public IReadOnlyDictionary<string, ServiceSet> Services => _services;

    /// <summary>Told when a service lost its last instance, and at which index.</summary>
    public Action<string, ulong>? Extinct { get; set; }

    /// <summary>Index of the last write to the table of nodes.</summary>
    public ulong NodesIndex { get; private set; }

    /// <summary>Index of the last write to the table of service instances.</summary>
    public ulong ServicesIndex { get; private set; }

    /// <summary>Index of the last write to the table of checks.</summary>
    public ulong ChecksIndex { get; private set; }

    /// <summary>Index at which a service last lost its last instance; 0 before that.</summary>
    public ulong ExtinctionIndex { get; private set; }

    /// <summary>The index of a service: its own, or while it has no instance that of the last extinction of any service.</summary>
    public ulong IndexOf(string service) =>
        _services.TryGetValue(service, out ServiceSet? set) ? set.Index
        : ExtinctionIndex != 0 ? ExtinctionIndex
        : Math.Max(NodesIndex, Math.Max(ServicesIndex, ChecksIndex));

    /// <summary>The checks whose service has this name, by node and id.</summary>
    public IEnumerable<HealthCheck> ChecksOf(string service) =>
        _checksByService.TryGetValue(service, out SortedDictionary<(string Node, string Id), HealthCheck>? checks) ? checks.Values : [];

    public void PutNode(Change change, CatalogNode node)
    {
        KeepIndexes(change);
        NodesIndex = change.Index;
        if (_nodes.TryGetValue(node.Node, out NodeRow? row))
        {
            CatalogNode before = row.Node;
            change.OnRollBack(() => row.Node = before);
            row.Node = node;
            MoveServicesOf(change, row);
        }
        else
        {
            row = new NodeRow(node);
            _nodes.Add(node.Node, row);
            change.OnRollBack(() => _nodes.Remove(node.Node));
        }

        change.Touch(Topic.Nodes);
        change.Touch(Topic.Node(node.Node));
    }

    /// <summary>Drops a node that has neither services nor checks any more.</summary>
    public void DropNode(Change change, NodeRow row)
    {
        KeepIndexes(change);
        NodesIndex = change.Index;
        _nodes.Remove(row.Node.Node);
        change.OnRollBack(() => _nodes.Add(row.Node.Node, row));
        change.Touch(Topic.Nodes);
        change.Touch(Topic.Node(row.Node.Node));
    }

    public void PutService(Change change, NodeRow node, CatalogServiceInstance service)
    {
        KeepIndexes(change);
        ServicesIndex = change.Index;
        if (node.Services.TryGetValue(service.ID, out ServiceRow? row))
        {
            CatalogServiceInstance before = row.Service;
            if (!string.Equals(before.Service, service.Service, StringComparison.OrdinalIgnoreCase))
                LeaveSet(change, row);
            change.OnRollBack(() => row.Service = before);
            row.Service = service;
        }
        else
        {
            row = new ServiceRow(node, service);
            node.Services.Add(service.ID, row);
            change.OnRollBack(() => node.Services.Remove(service.ID));
        }

        EnterSet(change, row);
        Forget(change, row);
        TouchService(change, row);
    }

    /// <summary>Drops an instance whose checks are gone already.</summary>
    public void DropService(Change change, ServiceRow row)
    {
        KeepIndexes(change);
        ServicesIndex = change.Index;
        row.Node.Services.Remove(row.Service.ID);
        change.OnRollBack(() => row.Node.Services.Add(row.Service.ID, row));
        TouchService(change, row);
        LeaveSet(change, row);
    }

    /// <summary>Stores a check; <paramref name="owner"/> is the instance it counts for, or null when it counts for all of the node.</summary>
    public void PutCheck(Change change, NodeRow node, ServiceRow? owner, HealthCheck check)
    {
        if (node.Checks.TryGetValue(check.CheckID, out HealthCheck? before))
            Detach(change, node, before);
        KeepIndexes(change);
        ChecksIndex = change.Index;
        node.Checks[check.CheckID] = check;
        Attach(node, owner, check);
        change.OnRollBack(() =>
        {
            node.Checks.Remove(check.CheckID);
            Separate(node, check);
        });
        TouchCheck(change, node, owner, check);
    }

    public void DropCheck(Change change, NodeRow node, HealthCheck check)
    {
        KeepIndexes(change);
        ChecksIndex = change.Index;
        TouchCheck(change, node, node.Services.GetValueOrDefault(check.ServiceID), check);
        Detach(change, node, check);
    }

    /// <summary>Makes a check's instance, or every instance of its node, show a new index and wake its waiters.</summary>
    private void TouchCheck(Change change, NodeRow node, ServiceRow? owner, HealthCheck check)
    {
        change.Touch(Topic.Checks);
        if (check.ServiceName.Length > 0)
            change.Touch(Topic.ServiceChecks(check.ServiceName));
        if (check.ServiceID.Length == 0)
            MoveServicesOf(change, node);
        else if (owner is not null)
            MoveService(change, owner);
    }

    private void MoveServicesOf(Change change, NodeRow node)
    {
        foreach (ServiceRow row in node.Services.Values)
            MoveService(change, row);
    }

    private void MoveService(Change change, ServiceRow row)
    {
        ServiceSet set = _services[row.Service.Service];
        MoveSet(change, set);
        set.Forget(row);
        Forget(change, row);
        change.Touch(Topic.ServiceHealth(row.Service.Service));
    }

    private static void TouchService(Change change, ServiceRow row)
    {
        change.Touch(Topic.Services);
        change.Touch(Topic.Node(row.Node.Node.Node));
        change.Touch(Topic.ServiceInstances(row.Service.Service));
        change.Touch(Topic.ServiceHealth(row.Service.Service));
    }

    private void EnterSet(Change change, ServiceRow row)
    {
        string name = row.Service.Service;
        if (!_services.TryGetValue(name, out ServiceSet? set))
        {
            _services.Add(name, set = new ServiceSet(name));
            change.OnRollBack(() => _services.Remove(name));
        }

        (string, string) key = (row.Node.Node.Node, row.Service.ID);
        if (set.Rows.TryAdd(key, row))
            change.OnRollBack(() => set.Rows.Remove(key));
        set.ForgetAll();
        MoveSet(change, set);
    }

    private void LeaveSet(Change change, ServiceRow row)
    {
        ServiceSet set = _services[row.Service.Service];
        (string, string) key = (row.Node.Node.Node, row.Service.ID);
        set.Rows.Remove(key);
        set.ForgetAll();
        change.OnRollBack(() => set.Rows.Add(key, row));
        MoveSet(change, set);
        change.Touch(Topic.ServiceInstances(set.Name));
        change.Touch(Topic.ServiceHealth(set.Name));
        if (set.Rows.Count > 0)
            return;
        _services.Remove(set.Name);
        change.OnRollBack(() => _services.Add(set.Name, set));
        ExtinctionIndex = change.Index;
        Extinct?.Invoke(set.Name, change.Index);
    }

    private static void MoveSet(Change change, ServiceSet set)
    {
        ulong before = set.Index;
        set.Index = change.Index;
        change.OnRollBack(() =>
        {
            set.Index = before;
            set.ForgetAll();
        });
    }

    private static void Forget(Change change, ServiceRow row)
    {
        row.Forget();
        change.OnRollBack(row.Forget);
    }

    private void Attach(NodeRow node, ServiceRow? owner, HealthCheck check)
    {
        if (owner is not null)
            owner.Checks[check.CheckID] = check;
        else if (check.ServiceID.Length == 0)
            node.NodeChecks[check.CheckID] = check;
        if (check.ServiceName.Length == 0)
            return;
        if (!_checksByService.TryGetValue(check.ServiceName, out SortedDictionary<(string Node, string Id), HealthCheck>? checks))
            _checksByService.Add(check.ServiceName, checks = new(PairOrder.Instance));
        checks[(node.Node.Node, check.CheckID)] = check;
    }

    private void Detach(Change change, NodeRow node, HealthCheck check)
    {
        ServiceRow? owner = node.Services.GetValueOrDefault(check.ServiceID);
        node.Checks.Remove(check.CheckID);
        Separate(node, check);
        change.OnRollBack(() =>
        {
            node.Checks[check.CheckID] = check;
            Attach(node, owner, check);
        });
        if (owner is not null)
            Forget(change, owner);
    }

    private void Separate(NodeRow node, HealthCheck check)
    {
        node.NodeChecks.Remove(check.CheckID);
        node.Services.GetValueOrDefault(check.ServiceID)?.Checks.Remove(check.CheckID);
        if (!_checksByService.TryGetValue(check.ServiceName, out SortedDictionary<(string Node, string Id), HealthCheck>? checks))
            return;
        checks.Remove((node.Node.Node, check.CheckID));
        if (checks.Count == 0)
            _checksByService.Remove(check.ServiceName);
    }

    private void KeepIndexes(Change change)
    {
        (ulong nodes, ulong services, ulong checks, ulong extinction) = (NodesIndex, ServicesIndex, ChecksIndex, ExtinctionIndex);
        change.OnRollBack(() => (NodesIndex, ServicesIndex, ChecksIndex, ExtinctionIndex) = (nodes, services, checks, extinction));
    }
}
