using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Limits that follow the pool, and limits on bytes, on real sockets.</summary>
public sealed class AdmissionLimitTests
{
    [Fact]
    public async Task Adaptive_RequestsTakeNoLongerForBeingMore_LimitGrows()
    {
        await using Backend node = await Backend.Start("a", async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            await context.Response.WriteAsync("a");
        });
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        Admit(proxy, new AdmissionPolicy { Limit = 64, MinLimit = 2, Adaptive = true, QueueTimeout = TimeSpan.FromMinutes(5) });
        proxy.Publish("items", node);
        using var meter = new MeterReadings(proxy.Services);
        (await proxy.Get("/items/0")).Dispose();
        await meter.AssertReads("hashbalancer.admission.limit", "pool=items 2");

        using var stop = new CancellationTokenSource();
        Task[] clients = [.. Enumerable.Range(0, 8).Select(_ => Ask())];
        await Eventually.IsTrue(() => !meter.Observe("hashbalancer.admission.limit").SequenceEqual(["pool=items 2"]), "the limit has grown", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        async Task Ask()
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
                (await proxy.Get($"/items/{i}")).Dispose();
        }
    }

    [Fact]
    public async Task Bytes_OfBodiesInFlight_AreLimited()
    {
        var release = new TaskCompletionSource();
        await using Backend node = await Backend.Start("a", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await release.Task;
            await context.Response.WriteAsync("a");
        });
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        Admit(proxy, new AdmissionPolicy { Bytes = 1000, QueueTimeout = TimeSpan.FromMinutes(5) });
        proxy.Publish("items", node);
        using var meter = new MeterReadings(proxy.Services);

        Task<HttpResponseMessage> first = Post(600);
        await Eventually.IsTrue(() => node.Paths.Count == 1, "the first request is at the node");
        Task<HttpResponseMessage> second = Post(600);
        await meter.AssertReads("hashbalancer.admission.waiting", "pool=items 1");
        Task<HttpResponseMessage> chunked = Post(10, isChunked: true);
        await meter.AssertReads("hashbalancer.admission.waiting", "pool=items 2");
        release.SetResult();

        foreach (HttpResponseMessage answer in await Task.WhenAll(first, second, chunked))
        {
            Assert.True(answer.IsSuccessStatusCode);
            answer.Dispose();
        }

        await meter.AssertReads("hashbalancer.admission.waiting");

        Task<HttpResponseMessage> Post(int length, bool isChunked = false)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/items/1") { Content = new ByteArrayContent(new byte[length]) };
            if (isChunked)
                request.Headers.TransferEncodingChunked = true;
            return proxy.Client.SendAsync(request);
        }
    }

    private static void Admit(ProxyHost proxy, AdmissionPolicy admission) =>
        proxy.ReplacePolicies(new() { ["items"] = ProxyHost.Policy("path") with { Admission = admission } });
}
