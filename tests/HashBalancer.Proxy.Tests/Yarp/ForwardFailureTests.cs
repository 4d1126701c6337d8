using System.Net;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Nodes and clients that fail: what the client reads, and what is counted against the node.</summary>
public sealed class ForwardFailureTests
{
    [Fact]
    public async Task Request_NodeRefusesConnections_Is502AndCountsAsFailed()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        await using ProxyHost proxy = await Items(port);

        using HttpResponseMessage response = await proxy.Get("/items/1");

        await AssertProblem(response, 502, "Bad Gateway", "The node could not be reached.", "node-unreachable");
        await AssertLoad(proxy, completed: 1, failed: 1);
    }

    [Theory]
    [InlineData("", "node-disconnected", "The node broke the connection before it answered.")]
    [InlineData("HTTP/1.1 200 O", "node-disconnected", "The node broke the connection before it answered.")]
    [InlineData("nonsense\r\n\r\n", "node-response", "The node's response is broken and cannot be passed on.")]
    [InlineData("HTTP/1.1 200 OK\r\n no-name\r\n\r\n", "node-response", "The node's response is broken and cannot be passed on.")]
    public async Task Request_NodeAnswersNonsense_Is502AndCountsAsFailed(string answer, string reason, string detail)
    {
        await using var node = new RawServer(answer);
        await using ProxyHost proxy = await Items(node.Port);

        // POST, for the client handler of YARP sends a GET again when a connection ends without an answer.
        using HttpResponseMessage response = await proxy.Client.PostAsync("/items/1", new StringContent("x"));

        await AssertProblem(response, 502, "Bad Gateway", detail, reason);
        await AssertLoad(proxy, completed: 1, failed: 1);
    }

    [Fact]
    public async Task Request_NodeDoesNotAnswerInTime_Is504AndCountsAsFailed()
    {
        await using Backend node = await Backend.Start("a", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using ProxyHost proxy = await Items(node.Port, activityTimeout: TimeSpan.FromMilliseconds(100));

        using HttpResponseMessage response = await proxy.Get("/items/1");

        await AssertProblem(response, 504, "Gateway Timeout", "The node did not answer in time.", "node-timeout");
        await AssertLoad(proxy, completed: 1, failed: 1);
    }

    [Fact]
    public async Task Request_NodeBreaksOffInTheBody_BreaksOffTowardsTheClient()
    {
        await using var node = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
        await using ProxyHost proxy = await Items(node.Port);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => proxy.Client.GetStringAsync(new Uri("/items/1", UriKind.Relative)));

        await AssertLoad(proxy, completed: 1, failed: 1);
    }

    [Fact]
    public async Task Request_NodeAnswersAnError_PassesItOnAndIsNoFailure()
    {
        await using Backend node = await Backend.Start("a", context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("busy");
        });
        await using ProxyHost proxy = await Items(node.Port);

        using HttpResponseMessage response = await proxy.Get("/items/1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("busy", await response.Content.ReadAsStringAsync());
        Assert.Null(response.Headers.RetryAfter);
        await AssertLoad(proxy, completed: 1, failed: 0);
    }

    [Fact]
    public async Task Request_ClientLeaves_IsNotTheNodesFailure()
    {
        await using Backend node = await Backend.Start("a", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using ProxyHost proxy = await Items(node.Port);
        using var leave = new CancellationTokenSource();

        Task<HttpResponseMessage> request = proxy.Client.GetAsync(new Uri("/items/1", UriKind.Relative), leave.Token);
        await Eventually.IsTrue(() => Load(proxy).InFlight == 1, "the request is in flight");
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await AssertLoad(proxy, completed: 1, failed: 0);
    }

    private static async Task<ProxyHost> Items(int port, TimeSpan? activityTimeout = null)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, activityTimeout: activityTimeout);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", port)));
        return proxy;
    }

    private static NodeLoad Load(ProxyHost proxy) => proxy.Loads.Of("items", "a");

    /// <summary>Waits, for a client may have its answer before the proxy has counted it.</summary>
    private static async Task AssertLoad(ProxyHost proxy, long completed, long failed)
    {
        NodeLoad load = Load(proxy);
        await Eventually.IsTrue(() => load.Completed == completed, "the request is counted");
        await Eventually.IsTrue(() => load.Failed == failed, $"{failed} failed");
        Assert.Equal((0, completed, failed), (load.InFlight, load.Completed, load.Failed));
    }

    private static async Task AssertProblem(HttpResponseMessage response, int status, string title, string detail, string reason)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            $$"""{"title":"{{title}}","status":{{status}},"detail":"{{detail}}","reason":"{{reason}}","pool":"items"}""",
            await response.Content.ReadAsStringAsync());
    }
}
