using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>The gateway's whole request path in this process, before one node: Kestrel, YARP's pipeline, selection, forwarding.</summary>
/// <remarks>Nodes are never ejected here: a node that always fails would be passed over after five answers.</remarks>
internal sealed class Gateway : IAsyncDisposable
{
    private const string Pool = "items";

    private readonly WebApplication _app;
    private readonly NodeLoad _load;

    private Gateway(WebApplication app, GatewayMeters meters, NodeLoad load)
    {
        _app = app;
        Meters = meters;
        _load = load;
        int[] ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];
        (Port, Http2Port) = (ports[0], ports[1]);
    }

    /// <summary>Where clients speak HTTP/1.1.</summary>
    public int Port { get; }

    /// <summary>Where clients speak HTTP/2, without TLS.</summary>
    public int Http2Port { get; }

    public GatewayMeters Meters { get; }

    /// <summary>Requests that have a node and no end.</summary>
    public long InFlight => _load.InFlight;

    /// <summary>Starts it before a node on this port of loopback; what it logs as an error is a finding.</summary>
    public static async Task<Gateway> Start(int nodePort, GatewayOptions options, Findings findings)
    {
        // As the gateway's executable does.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddProvider(new ErrorLog(findings));
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = options.Io != IoThreads.Pool;
            sockets.WaitForDataBeforeAllocatingBuffer = options.Io == IoThreads.Pool;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = options.ClientTimeout;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, 2 * options.ClientTimeout);
            // At the server's default of 240 bytes a second what its own buffers hold would keep a client that reads nothing for minutes.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(1e6, 2 * options.ClientTimeout);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        if (options.Io is IoThreads.IoUring or IoThreads.Epoll && EpollTransport.IsSupported)
            builder.Services.AddEpollTransport(isTogether: options.Io == IoThreads.IoUring);
        builder.Services.AddSingleton(new ForwardingSettings { Mode = options.Mode });
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = Pool, Match = new RouteMatch { Path = "/{**rest}" } }],
            [new ClusterConfig { ClusterId = Pool, HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.NodeTimeout } }]).AddHashBalancer();
        WebApplication app = builder.Build();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseHashBalancer(forwardsDirectly: true);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });

        var meters = new GatewayMeters(app.Services);
        NodeLoad load = Publish(app.Services, nodePort);
        await app.StartAsync();
        return new Gateway(app, meters, load);
    }

    /// <summary>Closes everything it has open; what it measured stays readable.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Meters.Dispose();
    }

    private static NodeLoad Publish(IServiceProvider services, int port)
    {
        _ = services.GetRequiredService<HashKeyParser>().TryParse(["path"], out HashKeyChain keys, out _);
        services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy>
        {
            [Pool] = new() { HashKeys = keys, Outliers = new OutlierPolicy { Enabled = false } },
        });
        NodeLoad load = services.GetRequiredService<LoadTable>().Of(Pool, "a");
        ImmutableArray<Node> nodes = [new Node("a", "127.0.0.1", port, 1, NodeState.Up, load)];
        var pool = new PoolSnapshot(Pool, MembershipSource.Registry, nodes, HashRing.Build([new RingMember("a")]));
        services.GetRequiredService<SnapshotStore>().Publish(
            new Snapshot(1, new Dictionary<string, PoolSnapshot> { [Pool] = pool }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));
        return load;
    }
}
