using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HashBalancer.Gateway.Lifecycle;

/// <summary>Lets servers listen on sockets that others opened.</summary>
internal static class ListenExtensions
{
    /// <summary>Makes every transport of a server take its listening sockets from here.</summary>
    public static void ListenOn(this WebApplicationBuilder builder, ListenSockets sockets) =>
        builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = sockets.Open);
}
