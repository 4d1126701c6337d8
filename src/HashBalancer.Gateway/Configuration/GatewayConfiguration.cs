using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Gateway.AccessLogging;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Proxy;
using HashBalancer.Registry;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Configuration;

/// <summary>A configuration that was checked as a whole, in the terms of the parts that it goes to.</summary>
internal sealed record GatewayConfiguration
{
    /// <summary>Where clients connect.</summary>
    public required ProxyConfiguration Proxy { get; init; }

    /// <summary>Which path takes requests to their nodes.</summary>
    public required ForwardingSettings Forwarding { get; init; }

    /// <summary>Which threads work on a request.</summary>
    public required IoMode Io { get; init; }

    /// <summary>Where the admin server listens, and for whom.</summary>
    public required AdminConfiguration Admin { get; init; }

    /// <summary>How the embedded registry runs; null when <see cref="Consul"/> names an agent.</summary>
    public required RegistryOptions? Registry { get; init; }

    /// <summary>The Consul agent to use; null for the embedded registry.</summary>
    public required ConsulClientOptions? Consul { get; init; }

    public required MembershipOptions Membership { get; init; }

    public required PublishingOptions Publishing { get; init; }

    /// <summary>How gateways agree on a leader.</summary>
    public required CoordinationOptions Coordination { get; init; }

    /// <summary>How measured load moves arcs.</summary>
    public required RebalancingOptions Rebalancing { get; init; }

    /// <summary>What this gateway tells of itself.</summary>
    public required TelemetryOptions Telemetry { get; init; }

    /// <summary>The log of every request.</summary>
    public required AccessLogOptions AccessLog { get; init; }

    /// <summary>How the fleet is divided among pools.</summary>
    public required AllocationOptions Allocation { get; init; }

    /// <summary>The pools that are sized, by name.</summary>
    public required FrozenDictionary<string, AllocatedPool> Allocated { get; init; }

    /// <summary>Whether services may bring routes and hash keys along.</summary>
    public required bool AcceptAnnouncements { get; init; }

    public required ImmutableArray<PoolDefinition> Pools { get; init; }

    public required FrozenDictionary<string, PoolPolicy> Policies { get; init; }

    /// <summary>How long a node that comes up takes to its whole weight, by pool; pools without a slow start are not named.</summary>
    public required FrozenDictionary<string, TimeSpan> SlowStarts { get; init; }

    public required IReadOnlyList<RouteConfig> Routes { get; init; }

    /// <summary>YARP's clusters: those configured, and one without settings for each pool that has none.</summary>
    public required IReadOnlyList<ClusterConfig> Clusters { get; init; }

    /// <summary>Every address that this process will listen on, with its key.</summary>
    public IReadOnlyList<(string Key, ListenAddress Address)> Listeners() =>
    [
        .. Proxy.Listeners(),
        ($"{HashBalancerOptions.Section}:Admin:Listen", Admin.Listen),
        .. Registry is null ? [] : new[] { ($"{HashBalancerOptions.Section}:Registry:Listen", ListenAddress.Of(Registry.Listen)) },
    ];
}
