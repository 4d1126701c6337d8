using System.Net;
using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Gateway.AccessLogging;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Proxy;
using HashBalancer.Registry;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Configuration;

/// <summary>The section <c>HashBalancer</c>. Every key is described in config/README.md.</summary>
internal sealed class HashBalancerOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "HashBalancer";

    public ProxyOptions Proxy { get; set; } = new();

    public AdminOptions Admin { get; set; } = new();

    public RegistrySettings Registry { get; set; } = new();

    public ConsulOptions Consul { get; set; } = new();

    /// <summary>How the nodes of pools follow the registry.</summary>
    public MembershipOptions Membership { get; set; } = new();

    /// <summary>How snapshots are published.</summary>
    public PublishingOptions Publishing { get; set; } = new();

    /// <summary>How gateways agree on a leader.</summary>
    public CoordinationOptions Coordination { get; set; } = new();

    /// <summary>How measured load moves arcs.</summary>
    public RebalancingOptions Rebalancing { get; set; } = new();

    /// <summary>What this gateway tells of itself.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>The log of every request.</summary>
    public AccessLogOptions AccessLog { get; set; } = new();

    /// <summary>How a shared fleet of nodes is divided among pools.</summary>
    public AllocationOptions Allocation { get; set; } = new();

    /// <summary>What services may ask for in their tags.</summary>
    public AnnouncementOptions Announcements { get; set; } = new();

    /// <summary>The zone that the gateway runs in.</summary>
    public string? Zone { get; set; }

    public Dictionary<string, PoolOptions> Pools { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What services may ask for in their tags.</summary>
internal sealed class AnnouncementOptions
{
    /// <summary>Whether routes and hash keys that services announce are put into force.</summary>
    public bool Accept { get; set; } = true;
}

/// <summary>How the embedded registry runs, when it does.</summary>
internal sealed class RegistrySettings
{
    /// <summary>As <see cref="ListenAddress"/> reads it.</summary>
    public string Listen { get; set; } = "127.0.0.1:8500";

    /// <summary>A file whose first line is the token that callers need; none: no access control.</summary>
    public string? TokenFile { get; set; }

    /// <summary>The file that a restart takes services and keys from; none: a restart begins empty.</summary>
    public string? SnapshotFile { get; set; }

    public RegistryOptions ToRegistryOptions(ListenAddress listen) => new()
    {
        Listen = new IPEndPoint(listen.Address ?? IPAddress.Any, listen.Port).ToString(),
        TokenFile = TokenFile,
        SnapshotFile = SnapshotFile,
    };
}

/// <summary>Which registry to use, and how; the defaults are the client's own.</summary>
internal sealed class ConsulOptions
{
    private static readonly ConsulClientOptions Defaults = new();

    /// <summary>The agent; none here and in <see cref="Addresses"/>: the embedded registry serves.</summary>
    public string? Address { get; set; }

    /// <summary>Further agents, tried in turn.</summary>
    public List<string> Addresses { get; set; } = [];

    public string? Token { get; set; }

    public string? TokenFile { get; set; }

    public string? Datacenter { get; set; }

    /// <summary>Certificates for an agent behind https.</summary>
    public ConsulTlsOptions Tls { get; set; } = new();

    public TimeSpan RequestTimeout { get; set; } = Defaults.RequestTimeout;

    public TimeSpan ConnectTimeout { get; set; } = Defaults.ConnectTimeout;

    /// <summary>Whether an embedded registry is to be started.</summary>
    public bool IsEmbedded => string.IsNullOrWhiteSpace(Address) && Addresses.Count == 0;

    public ConsulClientOptions ToClientOptions() => new()
    {
        Address = Address,
        Addresses = Addresses,
        Token = Token,
        TokenFile = TokenFile,
        Datacenter = Datacenter,
        Tls = Tls,
        RequestTimeout = RequestTimeout,
        ConnectTimeout = ConnectTimeout,
    };
}

/// <summary>One pool.</summary>
internal sealed class PoolOptions
{
    /// <summary>The Consul service whose instances are the pool's nodes; required.</summary>
    public string? Service { get; set; }

    /// <summary>The key sources in order; the first that yields a key decides.</summary>
    public List<string> HashKeys { get; set; } = [];

    /// <summary>The bound's factor over a node's fair share of the requests in flight; 0: no bound.</summary>
    public double BoundFactor { get; set; } = LoadBound.Default.Factor;

    /// <summary>The bound's slack, in standard deviations.</summary>
    public double BoundSlack { get; set; } = LoadBound.Default.Slack;

    /// <summary>Whether the bound of a node that answers slowly is the smaller for it.</summary>
    public bool BoundPace { get; set; } = true;

    /// <summary>How long a request waits for its key's node; 0: it spills at once.</summary>
    public TimeSpan AffinityWait { get; set; } = HashBalancer.Proxy.AffinityWait.Default.Longest;

    /// <summary>How many later requests may be sent out while one waits.</summary>
    public int AffinitySkips { get; set; } = HashBalancer.Proxy.AffinityWait.Default.Skips;

    /// <summary>Whether hot keys are shared.</summary>
    public bool HotKeys { get; set; } = true;

    /// <summary>Whether they are for unsafe methods too.</summary>
    public bool HotKeysUnsafeMethods { get; set; }

    /// <summary>Whether nodes of the gateway's zone are preferred.</summary>
    public bool PreferZone { get; set; } = true;

    /// <summary>How long a node that comes up beside others takes to its whole weight; 0: it has it at once.</summary>
    public TimeSpan SlowStart { get; set; }

    /// <summary>How long streams go on after their node began to drain; 0: to their own end.</summary>
    public TimeSpan StreamDrainTime { get; set; } = new PoolPolicy().StreamDrainTime!.Value;

    /// <summary>Whether a node with a warning check is left out, too.</summary>
    public bool OnlyPassing { get; set; }

    /// <summary>Only instances that carry all of these tags are nodes.</summary>
    public List<string> Tags { get; set; } = [];

    /// <summary>The datacenter to ask; none: that of <see cref="ConsulOptions.Datacenter"/>, else the agent's own.</summary>
    public string? Datacenter { get; set; }

    /// <summary>When a failed request is sent to another node.</summary>
    public RetryPolicy Retry { get; set; } = new();

    /// <summary>When a node that answers badly is passed over.</summary>
    public OutlierPolicy Outliers { get; set; } = new();

    /// <summary>How connections to the nodes are kept.</summary>
    public ConnectionPolicy Connections { get; set; } = new();

    /// <summary>How nodes are reached by TLS.</summary>
    public NodeTlsPolicy Tls { get; set; } = new();

    /// <summary>How this gateway asks nodes for their health itself.</summary>
    public ActiveCheckPolicy Checks { get; set; } = new();

    /// <summary>How often requests of one key may come.</summary>
    public RateLimitPolicy RateLimit { get; set; } = new();

    /// <summary>How many requests are let in at once, and in which order the others wait.</summary>
    public AdmissionPolicy Admission { get; set; } = new();

    /// <summary>What the pool may have of the fleet, and how much it needs.</summary>
    public PoolAllocationOptions Allocation { get; set; } = new();

    /// <summary>Between which pools the requests are split, by pool name.</summary>
    public Dictionary<string, SplitTarget> Split { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Which requests another pool gets as well.</summary>
    public MirrorPolicy Mirror { get; set; } = new();
}
