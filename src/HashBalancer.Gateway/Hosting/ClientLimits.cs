using HashBalancer.Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Holds clients to what one of them may take.</summary>
internal static class ClientLimits
{
    /// <summary>Sets a server's limits.</summary>
    public static void Limit(this WebApplicationBuilder builder, LimitOptions limits) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        KestrelServerLimits server = kestrel.Limits;
        server.MaxConcurrentConnections = NoneIfZero(limits.Connections);
        server.MaxConcurrentUpgradedConnections = NoneIfZero(limits.UpgradedConnections);
        server.MaxRequestBodySize = NoneIfZero(limits.BodyBytes);
        server.MaxRequestLineSize = limits.RequestLineBytes;
        server.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        server.MaxRequestHeaderCount = limits.HeaderCount;
        // What a client sends ahead is kept up to this; it must hold a header whole.
        server.MaxRequestBufferSize = Math.Max(server.MaxRequestBufferSize ?? 0, limits.HeaderBytes + limits.RequestLineBytes);
        server.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        server.RequestHeadersTimeout = limits.HeaderTimeout;
        server.KeepAliveTimeout = limits.IdleTimeout;
        server.MinRequestBodyDataRate = limits.LeastRate == 0 ? null : new MinDataRate(limits.LeastRate, limits.LeastRateGrace);
        server.MinResponseDataRate = server.MinRequestBodyDataRate;
    });

    private static long? NoneIfZero(long limit) => limit == 0 ? null : limit;
}
