using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Spares gRPC calls the least rate at which a client must send its body.</summary>
/// <remarks>
/// The rate guards against clients that hold a connection by sending drop by drop. A streaming call may rightly be silent for
/// minutes, and holds one stream of an HTTP/2 connection alone; the time without activity after which the forwarder gives up
/// still bounds it.
/// </remarks>
internal static class StreamingCalls
{
    public static Task WithoutLeastRate(HttpContext context, RequestDelegate next)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol)
            && context.Request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
            && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return next(context);
    }
}
