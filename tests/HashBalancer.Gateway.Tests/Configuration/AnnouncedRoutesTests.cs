using HashBalancer.Control;
using HashBalancer.Gateway.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Tests.Configuration;

public sealed class AnnouncedRoutesTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public async Task Merge_NewService_GetsPoolPolicyClusterAndRoute()
    {
        GatewayConfiguration merged = await Merge([], new ServiceAnnouncement("shop", [new AnnouncedRoute("/shop/{**rest}", "shop.example")], ["header:X-User-Id"]));
        Assert.Equal([new PoolDefinition("shop", "shop")], merged.Pools);
        Assert.Equal(["header:X-User-Id"], merged.Policies["shop"].HashKeys.Sources);
        Assert.Equal(["shop"], merged.Clusters.Select(cluster => cluster.ClusterId));
        RouteConfig route = Assert.Single(merged.Routes);
        Assert.Equal(("announced:shop:shop.example/shop/{**rest}", "shop", "/shop/{**rest}"), (route.RouteId, route.ClusterId, route.Match.Path));
        Assert.Equal(["shop.example"], route.Match.Hosts);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Merge_ConfiguredPoolOfTheService_KeepsItsKeysAndTakesTheRoute()
    {
        GatewayConfiguration merged = await Merge(
            [("HashBalancer:Pools:items:Service", "shop"), ("HashBalancer:Pools:items:HashKeys:0", "path")],
            new ServiceAnnouncement("shop", [new AnnouncedRoute("/a")], ["host"]));
        Assert.Equal(["path"], merged.Policies["items"].HashKeys.Sources);
        Assert.Equal("items", Assert.Single(merged.Routes).ClusterId);
        Assert.Single(merged.Pools);
    }

    [Fact]
    public async Task Merge_NameOfAnotherPool_IsLeftOutWithAWarning()
    {
        GatewayConfiguration merged = await Merge(
            [("HashBalancer:Pools:shop:Service", "other")], new ServiceAnnouncement("shop", [new AnnouncedRoute("/a")], []));
        Assert.Empty(merged.Routes);
        Assert.Equal(["Service 'shop' announces routes, which are left out: a pool or cluster of the name 'shop' is there already."], _warnings);
    }

    [Fact]
    public async Task Merge_FaultyPathAndKeys_AreLeftOutAndTheRestStays()
    {
        GatewayConfiguration merged = await Merge(
            [], new ServiceAnnouncement("shop", [new AnnouncedRoute("/{a}{b}"), new AnnouncedRoute("/good")], ["heder:X"]));
        Assert.Equal("/good", Assert.Single(merged.Routes).Match.Path);
        Assert.Empty(merged.Policies["shop"].HashKeys.Sources);
        Assert.Equal(2, _warnings.Count);
        Assert.StartsWith("Service 'shop' announces hash keys, which are left out: Key source 0 is 'heder:X'", _warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("Service 'shop' announces the route '/{a}{b}', which is left out: ", _warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Merge_TwoServicesWithOneRoute_TheFirstHasIt()
    {
        GatewayConfiguration merged = await Merge(
            [], new ServiceAnnouncement("a", [new AnnouncedRoute("/x")], []), new ServiceAnnouncement("b", [new AnnouncedRoute("/x")], []));
        Assert.Equal("a", Assert.Single(merged.Routes).ClusterId);
        Assert.Equal(["Service 'b' announces the route '/x', which service 'a' has; it is left out."], _warnings);
    }

    private async Task<GatewayConfiguration> Merge((string Key, string Value)[] settings, params ServiceAnnouncement[] announcements)
    {
        IConfigurationRoot root = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))).Build();
        (GatewayConfiguration? configured, IReadOnlyList<ConfigurationError> errors) = await ConfigurationLoader.LoadAsync(root);
        Assert.Empty(errors);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRouting();
        services.AddReverseProxy();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return await AnnouncedRoutes.MergeAsync(configured!, announcements, provider.GetRequiredService<IConfigValidator>(), _warnings.Add);
    }
}
