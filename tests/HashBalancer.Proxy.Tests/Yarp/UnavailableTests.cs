using System.Net;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>The answers to requests that no node can take.</summary>
public sealed class UnavailableTests : IAsyncLifetime
{
    private ProxyHost _proxy = null!;

    public async ValueTask InitializeAsync() => _proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    [Fact]
    public async Task Request_NothingPublished_SaysSo() =>
        await AssertUnavailable("The control plane has published nothing about pool 'items' yet.", "pool-unknown");

    [Fact]
    public async Task Request_PoolNotInTheSnapshot_SaysSo()
    {
        _proxy.Publish(PoolViews.Unanswered("other"));

        await AssertUnavailable("The control plane has published nothing about pool 'items' yet.", "pool-unknown");
    }

    [Fact]
    public async Task Request_RegistryHasNotAnswered_SaysSo()
    {
        _proxy.Publish(PoolViews.Unanswered("items"));

        await AssertUnavailable("The registry has not answered for pool 'items' yet.", "registry-unanswered");
    }

    [Fact]
    public async Task Request_ControlPlaneHasANote_AddsIt()
    {
        _proxy.Publish(PoolViews.Unanswered("items", "Consul at http://127.0.0.1:8500 refuses connections."));

        await AssertUnavailable(
            "The registry has not answered for pool 'items' yet. Consul at http://127.0.0.1:8500 refuses connections.", "registry-unanswered");
    }

    [Fact]
    public async Task Request_NoNodeRegistered_SaysSo()
    {
        _proxy.Publish(PoolViews.Of("items"));

        await AssertUnavailable("Pool 'items' has no registered node.", "no-nodes");
    }

    [Fact]
    public async Task Request_NoNodeServes_CountsThemByState()
    {
        _proxy.Publish(PoolViews.Of("items",
            Node("a", NodeState.Down), Node("b", NodeState.Draining), Node("c", NodeState.Down), Node("d") with { Weight = 0 }, Node("e") with { Port = 0 }));

        await AssertUnavailable(
            "No node of pool 'items' serves (of 5: 2 down, 1 draining, 1 of weight 0, 1 without a usable address).", "no-serving-node");
    }

    [Fact]
    public async Task Request_StateChanges_AnswerFollows()
    {
        _proxy.Publish(PoolViews.Of("items", Node("a", NodeState.Down)));
        await AssertUnavailable("No node of pool 'items' serves (of 1: 1 down).", "no-serving-node");

        _proxy.Publish(PoolViews.Of("items", Node("a", NodeState.Draining)));
        await AssertUnavailable("No node of pool 'items' serves (of 1: 1 draining).", "no-serving-node");
    }

    [Fact]
    public async Task Request_HeadOfAnUnavailablePool_HasTheHeadersAlone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/items/1");
        using HttpResponseMessage response = await _proxy.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    private Node Node(string id, NodeState state = NodeState.Up) => _proxy.Node("items", id, 1, state);

    private async Task AssertUnavailable(string detail, string reason)
    {
        using HttpResponseMessage response = await _proxy.Get("/items/1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("1", response.Headers.RetryAfter!.ToString());
        Assert.Equal(
            $$"""{"title":"Service Unavailable","status":503,"detail":"{{detail}}","reason":"{{reason}}","pool":"items"}""",
            await response.Content.ReadAsStringAsync());
    }
}
