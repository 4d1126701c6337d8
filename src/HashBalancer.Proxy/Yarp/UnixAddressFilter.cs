using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Proxy;

/// <summary>Refuses configurations with a malformed address of a Unix socket: YARP would take it for the name of a host.</summary>
internal sealed class UnixAddressFilter : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig origCluster, CancellationToken cancel)
    {
        foreach ((string name, DestinationConfig destination) in origCluster.Destinations ?? new Dictionary<string, DestinationConfig>(StringComparer.Ordinal))
        {
            if (destination.Address is { } address && UnixAddress.IsMeant(address) && UnixAddress.FaultOf(address) is { } fault)
                throw new ArgumentException($"Clusters:{origCluster.ClusterId}:Destinations:{name}:Address: is '{address}': {fault}.");
        }

        return ValueTask.FromResult(origCluster);
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => ValueTask.FromResult(route);
}
