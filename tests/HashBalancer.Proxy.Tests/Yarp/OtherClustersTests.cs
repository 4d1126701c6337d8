using System.Net;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Clusters without a pool are YARP's alone.</summary>
public sealed class OtherClustersTests
{
    [Fact]
    public async Task Request_ClusterWithoutPool_IsBalancedByYarp()
    {
        await using Backend a = await Backend.Start("a"), b = await Backend.Start("b");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, [Cluster("plain", a.Port, b.Port)]);

        string[] answers = [await proxy.NodeFor("/plain/1"), await proxy.NodeFor("/plain/1"), await proxy.NodeFor("/plain/1"), await proxy.NodeFor("/plain/1")];

        Assert.Equal(2, answers.Count(answer => answer == "a"));
        Assert.Equal(2, answers.Count(answer => answer == "b"));
    }

    [Fact]
    public async Task Request_ClusterWithoutPoolFails_HasYarpsEmptyAnswer()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        await using ProxyHost proxy = await ProxyHost.Start([], [Cluster("plain", port), Cluster("empty")]);

        using HttpResponseMessage refused = await proxy.Get("/plain/1");
        using HttpResponseMessage none = await proxy.Get("/empty/1");

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable), (refused.StatusCode, none.StatusCode));
        Assert.Empty(await refused.Content.ReadAsByteArrayAsync());
        Assert.Empty(await none.Content.ReadAsByteArrayAsync());
        Assert.Null(none.Headers.RetryAfter);
    }

    private static ClusterConfig Cluster(string id, params int[] ports) => new()
    {
        ClusterId = id,
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        Destinations = ports.ToDictionary(port => $"{port}", port => new DestinationConfig { Address = $"http://127.0.0.1:{port}/" }),
    };
}
