using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HashBalancer.Gateway.Hosting;

/// <summary>A web application with Kestrel, routing and nothing else: no files, no host filtering, no configuration of its own.</summary>
internal static class BareBuilder
{
    public static WebApplicationBuilder Create(IConfigurationRoot root, ILoggerFactory loggers, IoMode io, params IReadOnlyList<Listener> listeners)
    {
        // A line ends with CR LF and nothing else: what proxies before this one take for a value's part must not become a field here.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IConfiguration>(root);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRouting();
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = io != IoMode.Pool;
            // A read of zero bytes before each real one saves the buffers of idle connections, at a system call per request.
            sockets.WaitForDataBeforeAllocatingBuffer = io == IoMode.Pool;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (Listener listener in listeners)
                listener.AddTo(kestrel);
        });
        builder.Services.AddTransport(io);
        return builder;
    }
}
