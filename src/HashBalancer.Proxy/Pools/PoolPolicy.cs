using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>How the requests of one pool are distributed.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record PoolPolicy
{
    /// <summary>Where a request's key comes from. Default: the empty chain, by which every request goes to the less loaded of two nodes.</summary>
    public HashKeyChain HashKeys { get; init; } = HashKeyChain.Empty;

    /// <summary>Above which requests in flight a node is passed over for its keys; null: never. Default <see cref="LoadBound.Default"/>.</summary>
    public LoadBound? Bound { get; init; } = LoadBound.Default;

    /// <summary>Whether the bound of a node that answers slower than the pool's other nodes is the smaller for it, and it gets fewer of
    /// the requests that several nodes share. Default true.</summary>
    public bool HeedPace { get; init; } = true;

    /// <summary>The zone whose nodes are preferred while any of them is under its bound; null (default): all nodes alike.</summary>
    public string? Zone { get; init; }

    /// <summary>How long a request waits for its key's node when that is over its bound; null: it spills at once. Default <see cref="AffinityWait.Default"/>.</summary>
    public AffinityWait? AffinityWait { get; init; } = AffinityWait.Default;

    /// <summary>Whether a key so frequent that it alone is more than a tenth of a mean node's load is shared by several. Default true.</summary>
    public bool ShareHotKeys { get; init; } = true;

    /// <summary>Whether hot keys are shared for unsafe methods too, such as POST; others are GET, HEAD, OPTIONS and TRACE. Default false:
    /// what changes something is likelier to need its one node.</summary>
    public bool ShareUnsafeMethods { get; init; }

    /// <summary>How long upgraded connections and server-sent events may go on after their node began to drain or left, 0 to 24 h; null: to their
    /// own end. Default 10 s, half of what a stopping agent waits.</summary>
    public TimeSpan? StreamDrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When a failed request is sent to another node.</summary>
    public RetryPolicy Retry { get; init; } = new();

    /// <summary>When a node that answers badly is passed over.</summary>
    public OutlierPolicy Outliers { get; init; } = new();

    /// <summary>How connections to the nodes are kept.</summary>
    public ConnectionPolicy Connections { get; init; } = ConnectionPolicy.Default;

    /// <summary>How nodes are reached by TLS; null: as YARP's clients do by themselves.</summary>
    public NodeTlsPolicy? Tls { get; init; }

    /// <summary>Whether and how this gateway asks nodes for their health itself.</summary>
    public ActiveCheckPolicy Checks { get; init; } = new();

    /// <summary>How often requests of one key may come; null: as often as they like.</summary>
    public RateLimitPolicy? RateLimit { get; init; }

    /// <summary>How many requests are let in at once, and in which order the others wait; null: every request at once.</summary>
    public AdmissionPolicy? Admission { get; init; }

    /// <summary>Between which pools the requests are split; null: this pool serves them all.</summary>
    public TrafficSplit? Split { get; init; }

    /// <summary>Which requests another pool gets as well; null: none.</summary>
    public MirrorPolicy? Mirror { get; init; }

    /// <summary>How many of the latest GET requests a node is sent that comes to the pool from another one, before it serves, 0 to 10,000. Default 0: none, and
    /// none are kept.</summary>
    public int WarmRequests { get; init; }

    /// <summary>Requests that one node may have in flight; 0: no limit.</summary>
    internal int NodeLimit => Admission?.NodeLimit ?? 0;
}
