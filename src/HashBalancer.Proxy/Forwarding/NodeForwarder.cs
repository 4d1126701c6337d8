using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms.Builder;

namespace HashBalancer.Proxy;

/// <summary>Chooses the path of each request: the fast one for HTTP/1.1 and HTTP/2 to HTTP/1.1, YARP's forwarder for everything else.</summary>
internal sealed class NodeForwarder : IHttpForwarder
{
    /// <summary>YARP's own.</summary>
    private static readonly TimeSpan DefaultActivityTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Under which a client's connection keeps what its requests use one after another.</summary>
    private static readonly object Kept = new();

    private readonly IHttpForwarder _stock;
    private readonly ConnectionTable _connections;
    private readonly ForwardingMetrics _metrics;
    private readonly PoolPolicies _pools;
    private readonly SeededSequence _chance;
    private readonly UnixClients _unix;
    private readonly ForwardingMode _mode;

    /// <summary>Why no request of the application goes the fast path; null: some may.</summary>
    private readonly string? _obstacle;

    public NodeForwarder(
        IHttpForwarder stock, ConnectionTable connections, ForwardingMetrics metrics, PoolPolicies pools, ForwardingSettings settings,
        SeededSequence chance, UnixClients unix,
        IEnumerable<ITransformProvider> transforms, IForwarderHttpClientFactory clients)
    {
        _stock = stock;
        _connections = connections;
        _metrics = metrics;
        _pools = pools;
        _chance = chance;
        _unix = unix;
        _mode = settings.Mode;
        // An application's own transforms and clients may do anything; only YARP's forwarder gives them what they work on.
        _obstacle = !transforms.All(IsSessionAffinity) ? "applications with transforms of their own"
            : clients is not NodeClientFactory && clients.GetType() != typeof(ForwarderHttpClientFactory) ? "applications with HTTP clients of their own"
            : null;
    }

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public async ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        string? obstacle = null;
        IAnswerJudge? judge = context.Features.Get<IAnswerJudge>();
        if (_mode != ForwardingMode.Stock)
        {
            obstacle = _obstacle ?? FastPath.ObstacleOf(context, transformer, requestConfig);
            if (obstacle is null && _connections.To(destinationPrefix, PolicyOf(context)) is { } to)
            {
                if (await new Exchange(context, _chance).Run(to, RouteTransforms.Of(context.GetReverseProxyFeature().Route.Config), TimeoutOf(requestConfig), judge, cancellationToken) is { } error)
                {
                    if (error != ForwarderError.RequestCreation)
                        _metrics.Count(ForwardingPath.Fast);
                    return error;
                }

                obstacle = "header fields beyond ASCII";
            }
        }

        if (_mode == ForwardingMode.Fast)
            return await Refuse(context, obstacle ?? "nodes whose address does not begin with http://");
        // YARP's client throws at text beyond ASCII where no encoding is configured, and the node would be blamed.
        bool isAsciiOnly = context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.HttpClient?.RequestHeaderEncoding is null;
        if (!RequestFields.AreFramedInOneWay(context.Request) || !RequestFields.AreSound(context.Request.Headers, isAsciiOnly))
            return RequestFields.Refuse(context);
        // An empty Host names nothing, but YARP's client would send it beside its own.
        if (context.Request.Headers.Host is [""])
            context.Request.Headers.Remove(HeaderNames.Host);
        HopByHop.RemoveNamed(context.Request.Headers);
        _metrics.Count(ForwardingPath.Stock);
        if (judge is not null)
            transformer = new JudgedTransformer(transformer, judge);
        (httpClient, destinationPrefix) = _unix.Of(destinationPrefix, httpClient);
        return await _stock.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
    }

    /// <summary>Sends a request of YARP's pipeline over the fast path, in place of what stands between here and the forwarder.</summary>
    /// <param name="context">The request.</param>
    /// <param name="proxy">What YARP's pipeline knows of it.</param>
    /// <param name="destination">The node.</param>
    /// <param name="policy">How connections to it are kept.</param>
    /// <param name="judge">Who is asked before an answer is passed on; null: every answer is.</param>
    /// <returns>Null when it cannot, with nothing sent and nothing touched; otherwise the caller counts the path.</returns>
    public ValueTask<ForwarderError?> Send(HttpContext context, IReverseProxyFeature proxy, DestinationState destination, ConnectionPolicy policy, IAnswerJudge? judge)
    {
        ClusterConfig cluster = proxy.Cluster.Config;
        ForwarderRequestConfig config = cluster.HttpRequest ?? ForwarderRequestConfig.Empty;
        string address = destination.Model.Config.Address;
        if (_mode == ForwardingMode.Stock || _obstacle is not null || proxy.Route.Config.MaxRequestBodySize is not null
            || cluster.HealthCheck?.Passive?.Enabled == true || FastPath.ObstacleOf(context, proxy, config) is not null
            || _connections.To(address, policy) is not { } to)
        {
            return default;
        }

        proxy.ProxiedDestination = destination;
        return ExchangeOf(context).Run(to, RouteTransforms.Of(proxy.Route.Config), TimeoutOf(config), judge, CancellationToken.None);
    }

    /// <summary>Counts a request sent by <see cref="Send"/>.</summary>
    public void Count(ForwardingPath path) => _metrics.Count(path);

    private static async ValueTask<ForwarderError> Refuse(HttpContext context, string obstacle)
    {
        const int Status = StatusCodes.Status501NotImplemented;
        string detail = $"Requests are to take the fast path alone, and it does not serve {obstacle}.";
        ForwarderError error = ForwardError.Report(context, ForwarderError.RequestCreation, new NotSupportedException(detail), Status);
        string cluster = context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.ClusterId ?? "";
        await Problem.Write(context.Response, Status, Problem.Body(Status, ErrorReason.RequestCreation, cluster, detail));
        return error;
    }

    /// <summary>The exchange that the requests of a client's connection, or of a stream that the server uses again, use one after another.</summary>
    private Exchange ExchangeOf(HttpContext context)
    {
        if (context.Features.Of<IPersistentStateFeature>()?.State is not { } state)
            return new Exchange(context, _chance);
        if (state.TryGetValue(Kept, out object? kept) && kept is Exchange known && known.IsOf(context))
            return known;
        var made = new Exchange(context, _chance);
        state[Kept] = made;
        return made;
    }

    private ConnectionPolicy PolicyOf(HttpContext context) =>
        context.Features.Get<IReverseProxyFeature>() is { } proxy && _pools.TryGet(proxy.Cluster.Config.ClusterId, out PoolPolicy? policy)
            ? policy.Connections
            : ConnectionPolicy.Default;

    private static long TimeoutOf(ForwarderRequestConfig config) => (long)(config.ActivityTimeout ?? DefaultActivityTimeout).TotalMilliseconds;

    /// <summary>Whether a provider is YARP's own for session affinity, which is always registered and does nothing for a cluster without it.</summary>
    private static bool IsSessionAffinity(ITransformProvider provider) =>
        provider.GetType() is { Name: "AffinitizeTransformProvider" } type && type.Assembly == typeof(IHttpForwarder).Assembly;
}
