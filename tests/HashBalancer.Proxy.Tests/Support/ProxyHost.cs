using HashBalancer.Ring;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>A real gateway process in small: Kestrel, YARP, and the data plane under test; the test publishes the snapshots.</summary>
internal sealed class ProxyHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _version;

    private ProxyHost(WebApplication app)
    {
        _app = app;
        (Port, Http2Port) = Addresses.PortsOf(app) is [int http1, int http2] ? (http1, http2) : throw new InvalidOperationException("Both listeners have an address.");
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
    }

    public HttpClient Client { get; }

    public int Port { get; }

    /// <summary>Where clients speak HTTP/2, without TLS.</summary>
    public int Http2Port { get; }

    public IServiceProvider Services => _app.Services;

    public LoadTable Loads => Services.GetRequiredService<LoadTable>();

    /// <summary>Starts a proxy with a route <c>/{cluster}/…</c> for each cluster; those named in <paramref name="keys"/> are pools.</summary>
    /// <param name="keys">Key sources by pool.</param>
    /// <param name="clusters">Further clusters, which are YARP's alone.</param>
    /// <param name="activityTimeout">How long YARP waits for a node.</param>
    /// <param name="configure">Adds services before the proxy is built.</param>
    /// <param name="transforms">Of all routes.</param>
    /// <param name="hasLoops">Whether event loops serve the sockets, where the system has them; otherwise .NET's own do.</param>
    /// <param name="forwardsDirectly">As <see cref="HashBalancerExtensions.UseHashBalancer"/> has it.</param>
    public static async Task<ProxyHost> Start(
        Dictionary<string, string[]> keys, IReadOnlyList<ClusterConfig>? clusters = null, TimeSpan? activityTimeout = null, Action<IServiceCollection>? configure = null,
        bool forwardsDirectly = true, IReadOnlyList<IReadOnlyDictionary<string, string>>? transforms = null, bool hasLoops = true)
    {
        ClusterConfig[] all =
        [
            .. keys.Keys.Select(pool => new ClusterConfig { ClusterId = pool, HttpRequest = new ForwarderRequestConfig { ActivityTimeout = activityTimeout } }),
            .. clusters ?? [],
        ];
        RouteConfig[] routes =
        [
            .. all.Select(cluster => new RouteConfig
            {
                RouteId = cluster.ClusterId,
                ClusterId = cluster.ClusterId,
                Match = new RouteMatch { Path = $"/{cluster.ClusterId}/{{**rest}}" },
                Transforms = transforms,
            }),
        ];

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        if (hasLoops && EpollTransport.IsSupported)
            builder.Services.AddEpollTransport();
        configure?.Invoke(builder.Services);
        builder.Services.AddReverseProxy().LoadFromMemory(routes, all).AddHashBalancer();
        WebApplication app = builder.Build();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseHashBalancer(forwardsDirectly);
            proxy.UseSessionAffinity();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        await app.StartAsync();
        var proxy = new ProxyHost(app);
        proxy.ReplacePools(keys);
        return proxy;
    }

    public static PoolPolicy Policy(params string[] sources)
    {
        Assert.True(HashKeyChain.TryParse(sources, out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors), string.Join('\n', errors));
        return new PoolPolicy { HashKeys = chain };
    }

    /// <summary>Puts one pool in force, keyed by path, with these connections.</summary>
    public void ReplacePool(string pool, ConnectionPolicy connections) =>
        Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { [pool] = Policy("path") with { Connections = connections } });

    /// <summary>Puts these pools in force, given by their key sources.</summary>
    public void ReplacePools(Dictionary<string, string[]> keys) => ReplacePolicies(keys.ToDictionary(pool => pool.Key, pool => Policy(pool.Value)));

    /// <summary>Puts these pools in force.</summary>
    public void ReplacePolicies(Dictionary<string, PoolPolicy> policies) => Services.GetRequiredService<PoolPolicies>().Replace(policies);

    /// <summary>Publishes a snapshot of these pools and nothing else.</summary>
    public void Publish(params PoolSnapshot[] pools) =>
        Services.GetRequiredService<SnapshotStore>().Publish(PoolViews.Snapshot(++_version, pools));

    /// <summary>Publishes a pool of nodes that are all up, at backends of their own.</summary>
    public void Publish(string pool, params IReadOnlyList<Backend> backends) => Publish(PoolViews.Of(pool, [.. backends.Select(b => Node(pool, b))]));

    public Node Node(string pool, Backend backend) => Node(pool, backend.Name, backend.Port);

    public Node Node(string pool, string id, int port, NodeState state = NodeState.Up) =>
        new(id, "127.0.0.1", port, 1, state, Loads.Of(pool, id));

    /// <summary>Sends a GET; the answer's body must be a node's name.</summary>
    public async Task<string> NodeFor(string path, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await Get(path, headers);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    public Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    /// <summary>The name of the node that the ring gives a key to.</summary>
    public string OwnerOf(string pool, string key) =>
        Services.GetRequiredService<SnapshotStore>().Current.Pools[pool].Owner(KeyHash.Of(key))!.Id;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
