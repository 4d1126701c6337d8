using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Which requests the fast path serves.</summary>
internal static class FastPath
{
    /// <summary>Why it does not serve a request; null when it does. The text goes on from "it does not serve".</summary>
    public static string? ObstacleOf(HttpContext context, HttpTransformer transformer, ForwarderRequestConfig config) =>
        context.Features.Of<IReverseProxyFeature>() is { } proxy && ReferenceEquals(proxy.Route.Transformer, transformer)
            ? ObstacleOf(context, proxy, config)
            : "transformers that the application brings along";

    /// <summary>The same for a request that goes on with its route's own transformer.</summary>
    public static string? ObstacleOf(HttpContext context, IReverseProxyFeature proxy, ForwarderRequestConfig config)
    {
        HttpRequest request = context.Request;
        if (!HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp2(request.Protocol))
            return "versions of HTTP other than 1.1 and 2";
        if (HttpMethods.IsConnect(request.Method) || !request.Path.HasValue || request.Path.Value![0] != '/')
            return "targets that are no paths";
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
            return "requests that have an answer already";
        if (!IsHttp11(config))
            return "clusters that ask for another version of HTTP than 1.1 towards their nodes";
        return ObstacleOf(proxy.ProxiedDestination) ?? ObstacleOf(proxy.Route.Config, proxy.Cluster.Config);
    }

    private static string? ObstacleOf(DestinationState? destination) =>
        string.IsNullOrEmpty(destination?.Model.Config.Host) ? null : "destinations with a Host of their own";

    private static string? ObstacleOf(RouteConfig route, ClusterConfig cluster) => cluster switch
    {
        { HttpClient: not null } => "clusters with settings under HttpClient",
        { SessionAffinity.Enabled: true } => "clusters with YARP's session affinity",
        _ => RouteTransforms.Of(route).Obstacle,
    };

    private static bool IsHttp11(ForwarderRequestConfig config) =>
        (config.Version is null || config.Version.Major == 2 || config.Version == System.Net.HttpVersion.Version11)
        && (config.VersionPolicy is null or HttpVersionPolicy.RequestVersionOrLower || config.Version == System.Net.HttpVersion.Version11);
}
