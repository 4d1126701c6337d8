using System.Diagnostics.CodeAnalysis;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>The middleware before a pipeline that the test plays: for what no real server does on demand.</summary>
public sealed class SelectionMiddlewareTests : IDisposable
{
    private readonly ServiceProvider _services = Services();
    private readonly NodeLoad _load = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Invoke_PipelineThrows_LetsItThroughAndEndsTheRequest()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Invoke(_ => throw new InvalidOperationException("bug")));

        Assert.Equal("bug", error.Message);
        Assert.Equal((0, 1, 0), (_load.InFlight, _load.Completed, _load.Failed));
        Assert.Equal(1, ((NodeRuntime)_load.Attachment!).Counts.Of(Outcome.ServerError));
    }

    [Fact]
    public async Task Invoke_FailureAfterTheResponseStarted_WritesNothing()
    {
        HttpContext context = await Invoke(context =>
        {
            context.Features.Set<IHttpResponseFeature>(new StartedResponse());
            context.Features.Set<IForwarderErrorFeature>(new Report(ForwarderError.ResponseBodyDestination));
            return Task.CompletedTask;
        });

        Assert.Null(context.Response.ContentType);
        Assert.Equal(0, context.Response.Body.Length);
        Assert.Equal((0, 1, 1), (_load.InFlight, _load.Completed, _load.Failed));
    }

    [Fact]
    public async Task Invoke_PipelineTakesTheDestinationAway_SaysSo()
    {
        HttpContext context = await Invoke(context =>
        {
            context.Response.StatusCode = 503;
            context.Features.Set<IForwarderErrorFeature>(new Report(ForwarderError.NoAvailableDestinations));
            return Task.CompletedTask;
        });

        context.Response.Body.Position = 0;
        using var body = new StreamReader(context.Response.Body);
        Assert.Equal(
            """{"title":"Service Unavailable","status":503,"detail":"Another step of the proxy left the request without a destination.","reason":"no-destination","pool":"items"}""",
            await body.ReadToEndAsync());
        Assert.Equal((0, 1, 0), (_load.InFlight, _load.Completed, _load.Failed));
    }

    [Fact]
    public async Task Invoke_OwnerFound_HandsYarpThatDestinationAlone()
    {
        IReadOnlyList<DestinationState> destinations = [];
        await Invoke(context =>
        {
            destinations = context.GetReverseProxyFeature().AvailableDestinations;
            return Task.CompletedTask;
        });

        DestinationState destination = Assert.Single(destinations);
        Assert.Equal(("a", "http://10.0.0.1:80/"), (destination.DestinationId, destination.Model.Config.Address));
    }

    private async Task<HttpContext> Invoke(RequestDelegate next)
    {
        _services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { ["items"] = ProxyHost.Policy("path") });
        _services.GetRequiredService<SnapshotStore>().Publish(PoolViews.Snapshot(1, PoolViews.Of("items", PoolViews.Node("a", load: _load))));
        var middleware = ActivatorUtilities.CreateInstance<SelectionMiddleware>(_services, next, false);
        HttpContext context = Requests.With(request => request.Path = "/items/1");
        context.Response.Body = new MemoryStream();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        context.Features.Set<IReverseProxyFeature>(new ReverseProxyFeature
        {
            Cluster = new ClusterModel(new ClusterConfig { ClusterId = "items" }, client),
            AvailableDestinations = [],
        });
        await middleware.Invoke(context);
        return context;
    }

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy().AddHashBalancer();
        services.AddSingleton<IProxyStateLookup, NoClusters>();
        return services.BuildServiceProvider();
    }

    /// <summary>YARP's own needs a server.</summary>
    private sealed class NoClusters : IProxyStateLookup
    {
        public bool TryGetRoute(string id, [NotNullWhen(true)] out RouteModel? route)
        {
            route = null;
            return false;
        }

        public IEnumerable<RouteModel> GetRoutes() => [];

        public bool TryGetCluster(string id, [NotNullWhen(true)] out ClusterState? cluster)
        {
            cluster = null;
            return false;
        }

        public IEnumerable<ClusterState> GetClusters() => [];
    }

    private sealed record Report(ForwarderError Error, Exception? Exception = null) : IForwarderErrorFeature;

    private sealed class StartedResponse : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
