using HashBalancer.Ring;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>What the data plane keeps for a node of a pool as long as the node exists, attached to its <see cref="NodeLoad"/>.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class NodeRuntime
{
    private volatile Target? _target;
    private int _obstacles;
    private double _pace = 1;
    private long _countedTotal;
    private long _countedFailed;

    private NodeRuntime() { }

    /// <summary>How the node's requests ended.</summary>
    public NodeCounts Counts { get; } = new();

    /// <summary>What the node's answers say about it.</summary>
    public NodeHealth Health { get; } = new();

    /// <summary>What this gateway's own checks say about it.</summary>
    public NodeCheck Check { get; } = new();

    /// <summary>What it counts by among the nodes that share a hot key.</summary>
    public NodeHandicap Handicap { get; } = new();

    /// <summary>What speaks against sending requests to the node now. One read per choice.</summary>
    public NodeObstacles Obstacles => (NodeObstacles)Volatile.Read(ref _obstacles);

    /// <summary>How fast the node answers beside the others of its pool, <see cref="NodePaces.Slowest"/> to 1, which is as they do.</summary>
    public double Pace
    {
        get => Volatile.Read(ref _pace);
        set => Volatile.Write(ref _pace, value);
    }

    /// <summary>Puts obstacles up beside those that stand.</summary>
    public void Bar(NodeObstacles obstacles) => Interlocked.Or(ref _obstacles, (int)obstacles);

    /// <summary>Takes obstacles away and leaves the others.</summary>
    public void Unbar(NodeObstacles obstacles) => Interlocked.And(ref _obstacles, ~(int)obstacles);

    /// <summary>What the node did since the last call. For one caller at a time.</summary>
    /// <param name="latency">Its latency now.</param>
    public NodeFigures Figures(TimeSpan latency)
    {
        long failed = Counts.Of(Outcome.Failed) + Counts.Of(Outcome.ServerError);
        long total = failed + Counts.Of(Outcome.Success) + Counts.Of(Outcome.Redirection) + Counts.Of(Outcome.ClientError);
        var since = new NodeFigures(total - _countedTotal, failed - _countedFailed, latency);
        (_countedTotal, _countedFailed) = (total, failed);
        return since;
    }

    /// <summary>The runtime of a node, made on first use. Of two made at once, one wins and serves both requests.</summary>
    public static NodeRuntime Of(Node node) => (NodeRuntime)(node.Load.Attachment ?? node.Load.Attach(new NodeRuntime()));

    /// <summary>Where YARP sends the node's requests, or null when nothing can be sent to its address.</summary>
    /// <remarks>A node may change its address and keep its id. While requests of the snapshots before and after are under way, they may
    /// replace each other's target here; none ever uses one that was made from another address than its own node's.</remarks>
    public DestinationState? DestinationOf(Node node)
    {
        Target? target = _target;
        if (target is null || target.Address != node.Address)
            _target = target = new Target(node.Address, Destination(node));
        return target.Destination;
    }

    /// <summary>Null unless the address is a URI with a host and a port above 0, or a Unix socket: forwarding to it would fail with an exception per request.</summary>
    private static DestinationState? Destination(Node node) =>
        (node.IsUnix ? UnixAddress.TryRead(node.Address, out _) : node.Host.Length > 0 && node.Port is > 0 and <= ushort.MaxValue && Uri.TryCreate(node.Address, UriKind.Absolute, out _))
            ? new DestinationState(node.Id, new DestinationModel(new DestinationConfig { Address = node.Address }))
            : null;

    private sealed record Target(string Address, DestinationState? Destination);
}
