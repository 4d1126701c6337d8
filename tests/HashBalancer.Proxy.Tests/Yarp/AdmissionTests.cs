using System.Net;
using System.Text.Json;
using HashBalancer.Allocation.Admission;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>What clients are told that admission turns away: one request at a time, whose node answers when the test lets it.</summary>
public sealed class AdmissionTests : IAsyncDisposable
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProxyHost _proxy = null!;
    private Backend _node = null!;

    public async ValueTask DisposeAsync()
    {
        _answer.TrySetResult();
        await _proxy.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Request_NoPlaceInTheQueue_IsToldSo()
    {
        await Start(new AdmissionPolicy { Limit = 1, QueueLimit = 0 });
        Task<HttpResponseMessage> first = await Inside();

        await AssertRefused(await _proxy.Get("/items/2"), "queue-full", "Too many requests wait already.");
        _answer.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _proxy.Get("/items/3")).StatusCode);
    }

    [Fact]
    public async Task Request_NoTurnInTime_IsToldSo()
    {
        await Start(new AdmissionPolicy { Limit = 1, QueueTimeout = TimeSpan.FromMilliseconds(20) });
        Task<HttpResponseMessage> first = await Inside();

        await AssertRefused(await _proxy.Get("/items/2"), "queue-timeout", "The request waited as long as it may.");
        _answer.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task Request_MoreImportantOneNeedsItsPlace_IsToldSo()
    {
        await Start(new AdmissionPolicy
        {
            Limit = 1,
            QueueLimit = 1,
            QueueTimeout = TimeSpan.FromMinutes(1),
            Order = AdmissionOrder.Priority,
            ClassHeader = "X-Class",
            Classes = new() { ["gold"] = new() { Priority = 1 } },
        });
        Task<HttpResponseMessage> first = await Inside();
        Task<HttpResponseMessage> plain = _proxy.Get("/items/2");
        await Waiting(1);

        Task<HttpResponseMessage> gold = _proxy.Get("/items/3", ("X-Class", "GOLD"));

        await AssertRefused(await plain, "shed", "The request gave its place in the queue to a more important one.");
        _answer.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gold).StatusCode);
        Assert.Equal(["/items/1", "/items/3"], _node.Paths);
    }

    [Fact]
    public async Task Request_ClientLeavesTheQueue_NodeNeverSeesIt()
    {
        await Start(new AdmissionPolicy { Limit = 1, QueueTimeout = TimeSpan.FromMinutes(1) });
        Task<HttpResponseMessage> first = await Inside();
        using var client = new CancellationTokenSource();
        Task<HttpResponseMessage> leaving = _proxy.Client.GetAsync("/items/2", client.Token);
        await Waiting(1);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Waiting(0);
        _answer.SetResult();
        await first;
        Assert.Equal(["/items/1"], _node.Paths);
    }

    private async Task Start(AdmissionPolicy admission)
    {
        _node = await Backend.Start("a", _ => _answer.Task);
        _proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        _proxy.ReplacePolicies(new() { ["items"] = ProxyHost.Policy("path") with { Admission = admission } });
        _proxy.Publish("items", _node);
    }

    private async Task<Task<HttpResponseMessage>> Inside()
    {
        Task<HttpResponseMessage> first = _proxy.Get("/items/1");
        await Eventually.IsTrue(() => !_node.Paths.IsEmpty, "the first request is at the node", TimeSpan.FromSeconds(30));
        return first;
    }

    private Task Waiting(int requests) => Eventually.IsTrue(
        () => _proxy.Services.GetRequiredService<PoolPolicies>().All.Single().Gate!.Waiting == requests, $"{requests} wait", TimeSpan.FromSeconds(30));

    private static async Task AssertRefused(HttpResponseMessage response, string reason, string detail)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Equal([reason], response.Headers.GetValues("X-HashBalancer-Reason"));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((reason, detail, "items"), (body.GetProperty("reason").GetString(), body.GetProperty("detail").GetString(), body.GetProperty("pool").GetString()));
    }
}
