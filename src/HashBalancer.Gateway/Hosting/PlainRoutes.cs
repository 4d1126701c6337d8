using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Routes that ask for no more than to be forwarded.</summary>
internal static class PlainRoutes
{
    /// <summary>Has a plain route's requests run as soon as they are matched, past the middlewares for authorization and endpoints.</summary>
    public static void ShortCircuit(IEndpointConventionBuilder endpoint, RouteConfig route)
    {
        if (route is { AuthorizationPolicy: null, CorsPolicy: null, RateLimiterPolicy: null, TimeoutPolicy: null, Timeout: null })
            endpoint.ShortCircuit();
    }
}
