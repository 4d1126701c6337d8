using System.Text.Json;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>A node with all that is registered on it. Guarded by the state's lock.</summary>
internal sealed class NodeRow(CatalogNode node)
{
    public CatalogNode Node { get; set; } = node;

    public SortedDictionary<string, ServiceRow> Services { get; } = new(LowercaseOrder.Instance);

    /// <summary>Every check of the node, those of its services included.</summary>
    public SortedDictionary<string, HealthCheck> Checks { get; } = new(LowercaseOrder.Instance);

    /// <summary>The checks that belong to no service: they count for each of them.</summary>
    public SortedDictionary<string, HealthCheck> NodeChecks { get; } = new(LowercaseOrder.Instance);
}

/// <summary>A service instance with its checks. Guarded by the state's lock.</summary>
internal sealed class ServiceRow(NodeRow node, CatalogServiceInstance service)
{
    private InstanceView? _view;

    public NodeRow Node { get; } = node;

    public CatalogServiceInstance Service { get; set; } = service;

    public SortedList<string, HealthCheck> Checks { get; } = new(LowercaseOrder.Instance);

    /// <summary>The instance as health queries show it; made anew only after a change.</summary>
    public InstanceView View => _view ??= new InstanceView(new ServiceEntry
    {
        Node = Node.Node,
        Service = Service with { Tags = Service.Tags ?? [], Meta = Service.Meta is { Count: > 0 } meta ? meta : null },
        Checks = [.. Node.NodeChecks.Values, .. Checks.Values],
    });

    public void Forget() => _view = null;
}

/// <summary>The instances of one service. Guarded by the state's lock; what it gives out is immutable.</summary>
internal sealed class ServiceSet(string name)
{
    private readonly List<ServiceRow> _stale = [];
    private InstanceView[]? _views;

    public string Name { get; } = name;

    /// <summary>By node, then id: the order of every answer.</summary>
    public SortedList<(string Node, string Id), ServiceRow> Rows { get; } = new(PairOrder.Instance);

    /// <summary>The index of the last change to an instance, its node or a check that counts for it.</summary>
    public ulong Index { get; set; }

    /// <summary>All instances. After changes to a few of many, the array is copied and those few are put in.</summary>
    public InstanceView[] Views
    {
        get
        {
            if (_views is null)
                _views = [.. Rows.Values.Select(row => row.View)];
            else if (_stale.Count > 0)
                _views = Patched(_views);
            _stale.Clear();
            return _views;
        }
    }

    /// <summary>Instances came or went.</summary>
    public void ForgetAll()
    {
        _views = null;
        _stale.Clear();
    }

    /// <summary>One instance changed.</summary>
    public void Forget(ServiceRow row)
    {
        if (_views is null)
            return;
        if (_stale.Count >= Rows.Count / 8)
            ForgetAll();
        else
            _stale.Add(row);
    }

    private InstanceView[] Patched(InstanceView[] views)
    {
        var copy = (InstanceView[])views.Clone();
        foreach (ServiceRow row in _stale)
            copy[Rows.IndexOfKey((row.Node.Node.Node, row.Service.ID))] = row.View;
        return copy;
    }
}

/// <summary>One instance as health queries show it, with its JSON: an answer for thousands of instances, of which one changed,
/// serialises one.</summary>
/// <remarks>Immutable but for the cached bytes; thread-safe.</remarks>
internal sealed class InstanceView(ServiceEntry entry)
{
    private byte[]? _json;

    public ServiceEntry Entry { get; } = entry;

    public bool Passes { get; } = entry.Checks!.All(check => check.Status == CheckStatus.Passing);

    public byte[] Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(Entry, ConsulJson.Default.ServiceEntry);
}

/// <summary>The order of lists over several nodes: by node, then id.</summary>
internal sealed class PairOrder : IComparer<(string Node, string Id)>
{
    public static PairOrder Instance { get; } = new();

    public int Compare((string Node, string Id) x, (string Node, string Id) y)
    {
        int byNode = LowercaseOrder.Instance.Compare(x.Node, y.Node);
        return byNode != 0 ? byNode : LowercaseOrder.Instance.Compare(x.Id, y.Id);
    }
}
