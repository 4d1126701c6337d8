using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms.Builder;

namespace HashBalancer.Proxy;

/// <summary>Chooses the path of each request: the lean one for HTTP/1.1 to HTTP/1.1, YARP's forwarder for everything else.</summary>
internal sealed class NodeForwarder : IHttpForwarder
{
    /// <summary>YARP's own.</summary>
    private static readonly TimeSpan DefaultActivityTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Under which a client's connection keeps what its requests use one after another.</summary>
    private static readonly object Kept = new();

    private readonly IHttpForwarder _stock;
    private readonly ConnectionTable _connections;
    private readonly ForwardingMetrics _metrics;
    private readonly bool _isEnabled;

    public NodeForwarder(
        IHttpForwarder stock, ConnectionTable connections, ForwardingMetrics metrics, ForwardingSettings settings,
        IEnumerable<ITransformProvider> transforms, IForwarderHttpClientFactory clients)
    {
        _stock = stock;
        _connections = connections;
        _metrics = metrics;
        // An application's own transforms and clients may do anything; only YARP's forwarder gives them what they work on.
        _isEnabled = settings.Mode == ForwardingMode.Auto && transforms.All(IsSessionAffinity) && clients.GetType() == typeof(ForwarderHttpClientFactory);
    }

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        if (_isEnabled && IsPlain(context, transformer) && IsHttp11(requestConfig) && _connections.To(destinationPrefix) is { } to)
            return Lean(context, to, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
        return Stock(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
    }

    private ValueTask<ForwarderError> Stock(
        HttpContext context, string destination, HttpMessageInvoker client, ForwarderRequestConfig config, HttpTransformer transformer,
        CancellationToken cancellation)
    {
        // YARP's client throws at text beyond ASCII where no encoding is configured, and the node would be blamed.
        bool isAsciiOnly = context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.HttpClient?.RequestHeaderEncoding is null;
        if (!RequestFields.AreSound(context.Request.Headers, isAsciiOnly))
            return new(RequestFields.Refuse(context));
        // An empty Host names nothing, but YARP's client would send it beside its own.
        if (context.Request.Headers.Host is [""])
            context.Request.Headers.Remove(HeaderNames.Host);
        _metrics.Count(ForwardingPath.Stock);
        return _stock.SendAsync(context, destination, client, config, transformer, cancellation);
    }

    /// <summary>Sends a request of YARP's pipeline over the lean path, in place of what stands between here and the forwarder.</summary>
    /// <returns>Null when it cannot, with nothing sent and nothing touched; otherwise the caller counts the path.</returns>
    public ValueTask<ForwarderError?> Send(HttpContext context, IReverseProxyFeature proxy, DestinationState destination)
    {
        ClusterConfig cluster = proxy.Cluster.Config;
        ForwarderRequestConfig config = cluster.HttpRequest ?? ForwarderRequestConfig.Empty;
        if (!_isEnabled || proxy.Route.Config.MaxRequestBodySize is not null || cluster.HealthCheck?.Passive?.Enabled == true
            || !IsPlain(context, proxy.Route.Transformer) || !IsHttp11(config) || _connections.To(destination.Model.Config.Address) is not { } to)
        {
            return default;
        }

        proxy.ProxiedDestination = destination;
        return ExchangeOf(context).Run(to, destination.Model.Config.Address, TimeoutOf(config), CancellationToken.None);
    }

    /// <summary>Counts a request sent by <see cref="Send"/>.</summary>
    public void Count(ForwardingPath path) => _metrics.Count(path);

    private async ValueTask<ForwarderError> Lean(
        HttpContext context, NodeConnections to, string destination, HttpMessageInvoker client, ForwarderRequestConfig config, HttpTransformer transformer,
        CancellationToken cancellation)
    {
        if (await new Exchange(context).Run(to, destination, TimeoutOf(config), cancellation) is { } error)
        {
            if (error != ForwarderError.RequestCreation)
                _metrics.Count(ForwardingPath.Fast);
            return error;
        }

        return await Stock(context, destination, client, config, transformer, cancellation);
    }

    /// <summary>The exchange that the requests of a client's connection use one after another.</summary>
    private static Exchange ExchangeOf(HttpContext context)
    {
        if (context.Features.Get<IPersistentStateFeature>()?.State is not { } state)
            return new Exchange(context);
        if (state.TryGetValue(Kept, out object? kept) && kept is Exchange known && known.IsOf(context))
            return known;
        var made = new Exchange(context);
        state[Kept] = made;
        return made;
    }

    private static long TimeoutOf(ForwarderRequestConfig config) => (long)(config.ActivityTimeout ?? DefaultActivityTimeout).TotalMilliseconds;

    private static bool IsPlain(HttpContext context, HttpTransformer transformer)
    {
        HttpRequest request = context.Request;
        if (!HttpProtocol.IsHttp11(request.Protocol) || HttpMethods.IsConnect(request.Method) || !request.Path.HasValue || request.Path.Value![0] != '/'
            || context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK)
        {
            return false;
        }

        // Tunnels, and answers before the body, are YARP's.
        if (request.Headers.Upgrade.Count > 0 || request.Headers.Expect.Count > 0)
            return false;
        return context.Features.Get<IReverseProxyFeature>() is { } proxy
            && proxy.Route.Config.Transforms is null or { Count: 0 }
            && ReferenceEquals(proxy.Route.Transformer, transformer)
            && proxy.Cluster.Config is { HttpClient: null, SessionAffinity: null or { Enabled: not true } };
    }

    /// <summary>Whether a provider is YARP's own for session affinity, which is always registered and does nothing for a cluster without it.</summary>
    private static bool IsSessionAffinity(ITransformProvider provider) =>
        provider.GetType() is { Name: "AffinitizeTransformProvider" } type && type.Assembly == typeof(IHttpForwarder).Assembly;

    private static bool IsHttp11(ForwarderRequestConfig config) =>
        (config.Version is null || config.Version.Major == 2 || config.Version == System.Net.HttpVersion.Version11)
        && (config.VersionPolicy is null or HttpVersionPolicy.RequestVersionOrLower || config.Version == System.Net.HttpVersion.Version11);
}
