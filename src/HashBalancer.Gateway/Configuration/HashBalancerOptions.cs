using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Configuration;

/// <summary>The section <c>HashBalancer</c>. Every key is described in config/README.md.</summary>
internal sealed class HashBalancerOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "HashBalancer";

    public ListenOptions Proxy { get; set; } = new() { Listen = "*:8080" };

    public ListenOptions Admin { get; set; } = new() { Listen = "127.0.0.1:8090" };

    public ListenOptions Registry { get; set; } = new() { Listen = "127.0.0.1:8500" };

    public ConsulOptions Consul { get; set; } = new();

    /// <summary>How the nodes of pools follow the registry.</summary>
    public MembershipOptions Membership { get; set; } = new();

    /// <summary>How snapshots are published.</summary>
    public PublishingOptions Publishing { get; set; } = new();

    public Dictionary<string, PoolOptions> Pools { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Where a server listens.</summary>
internal sealed class ListenOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it.</summary>
    public string Listen { get; set; } = "";
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

    /// <summary>Whether a node with a warning check is left out, too.</summary>
    public bool OnlyPassing { get; set; }

    /// <summary>Only instances that carry all of these tags are nodes.</summary>
    public List<string> Tags { get; set; } = [];

    /// <summary>The datacenter to ask; none: that of <see cref="ConsulOptions.Datacenter"/>, else the agent's own.</summary>
    public string? Datacenter { get; set; }
}
