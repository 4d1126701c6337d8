using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>A request without a body once more, for a second try that runs beside the first: a context of its own, whose response goes nowhere
/// until it <see cref="TakeOver"/>s the client's.</summary>
/// <remarks>What it takes from the request's own context it takes when it is made, before the first try begins: a context is no place for two to
/// work in at once.</remarks>
internal sealed class SecondRequest : IHttpRequestLifetimeFeature, IHttpRequestBodyDetectionFeature, IDisposable
{
    private readonly IHttpRequestFeature _request;
    private readonly IHttpConnectionFeature? _connection;
    private readonly IHttpResponseFeature? _response;
    private readonly IHttpResponseBodyFeature? _body;
    private readonly IHttpResponseTrailersFeature? _trailers;
    private readonly IHttpRequestLifetimeFeature? _client;

    // Never disposed of, which costs nothing as it has neither a timer nor a handle: who looks after connections may ask for it when all is over.
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _tie;
    private bool _isClients;

    /// <param name="first">The request's own context.</param>
    /// <param name="proxy">What YARP's pipeline knows of it.</param>
    public SecondRequest(HttpContext first, IReverseProxyFeature proxy)
    {
        _request = first.Features.GetRequiredFeature<IHttpRequestFeature>();
        _connection = first.Features.Get<IHttpConnectionFeature>();
        _response = first.Features.Get<IHttpResponseFeature>();
        _body = first.Features.Get<IHttpResponseBodyFeature>();
        _trailers = first.Features.Get<IHttpResponseTrailersFeature>();
        _client = first.Features.Get<IHttpRequestLifetimeFeature>();
        _tie = first.RequestAborted.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        Proxy = new ReverseProxyFeature
        {
            Route = proxy.Route,
            Cluster = proxy.Cluster,
            AllDestinations = proxy.AllDestinations,
            AvailableDestinations = proxy.AvailableDestinations,
        };
    }

    /// <summary>What the forwarders work with; null before <see cref="Begin"/>.</summary>
    public HttpContext? Context { get; private set; }

    /// <summary>What YARP's pipeline knows of it.</summary>
    public IReverseProxyFeature Proxy { get; }

    bool IHttpRequestBodyDetectionFeature.CanHaveBody => false;

    /// <summary>Canceled when the client leaves and when <see cref="End"/> is called.</summary>
    public CancellationToken RequestAborted
    {
        get => _end.Token;
        set => throw new NotSupportedException("A second try's life is its request's.");
    }

    /// <summary>Makes the context.</summary>
    /// <param name="judge">Who is asked before an answer is passed on.</param>
    public HttpContext Begin(IAnswerJudge judge)
    {
        var headers = new HeaderDictionary(_request.Headers.Count);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in _request.Headers)
            headers[name] = values;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = _request.Protocol,
            Scheme = _request.Scheme,
            Method = _request.Method,
            PathBase = _request.PathBase,
            Path = _request.Path,
            QueryString = _request.QueryString,
            RawTarget = _request.RawTarget,
            Headers = headers,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set<IHttpRequestBodyDetectionFeature>(this);
        features.Set(_connection);
        features.Set(Proxy);
        features.Set(judge);
        return Context = new DefaultHttpContext(features);
    }

    /// <summary>Has the answer go to the client from here on; nothing else works on the request any more, and its response has not begun.</summary>
    public void TakeOver()
    {
        _isClients = true;
        Context!.Features.Set(_response);
        Context.Features.Set(_body);
        Context.Features.Set(_trailers);
    }

    /// <summary>Nobody wants the answer any more.</summary>
    public void End() => _end.Cancel();

    /// <summary>Cuts the client off if its answer is this one, which has broken off.</summary>
    public void Abort()
    {
        if (_isClients)
            _client?.Abort();
        else
            _end.Cancel();
    }

    public void Dispose() => _tie.Dispose();
}
