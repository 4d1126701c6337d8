using System.Collections.Concurrent;
using System.Net.Sockets;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Requests of a pool that another pool gets as well, on real sockets.</summary>
public sealed class MirrorTests
{
    private readonly ConcurrentQueue<string> _copies = new();

    [Theory]
    [InlineData("GET", false, true)]
    [InlineData("GET", false, false)]
    [InlineData("PUT", true, true)]
    [InlineData("PUT", true, false)]
    [InlineData("POST", true, true)]
    public async Task Request_IsCopiedWithWhatTheNodeSees(string method, bool hasBody, bool direct)
    {
        await using Backend stable = await Backend.Start("stable", Echo), next = await Backend.Start("next", Record);
        await using ProxyHost proxy = await Start(direct);
        Mirror(proxy, new MirrorPolicy { Pool = "next", UnsafeMethods = true });
        Publish(proxy, stable, next);
        using var meter = new MeterReadings(proxy.Services);

        using HttpResponseMessage response = await Send(proxy, method, hasBody ? "hello" : null);

        string seen = $"{method} /items/1?a=b key-1 {(hasBody ? "hello" : "")}";
        Assert.Equal($"{seen}from ", await response.Content.ReadAsStringAsync());
        await Eventually.IsTrue(() => _copies.SequenceEqual([$"{seen}from items"]), "the copy has come");
        await meter.AssertReads("hashbalancer.mirrors", "pool=items,to=next,result=answered 1");
        await meter.AssertReads("hashbalancer.mirrors.in_flight");
        await meter.AssertReads("hashbalancer.requests", "pool=items,node=stable,code=2xx 1", "pool=next,node=next,code=5xx 1");
    }

    [Fact]
    public async Task Share_OfKeys_IsAlwaysTheSame()
    {
        await using Backend stable = await Backend.Start("stable"), next = await Backend.Start("next", Record);
        await using ProxyHost proxy = await Start();
        Mirror(proxy, new MirrorPolicy { Pool = "next", Share = 0.3 });
        Publish(proxy, stable, next);

        string[] first = await CopiedKeys(proxy), second = await CopiedKeys(proxy);

        Assert.Equal(first, second);
        Assert.InRange(first.Length, 10, 50);
    }

    [Fact]
    public async Task OtherPool_HangsOrRefuses_DelaysAndFailsNothing()
    {
        using Socket refusing = Addresses.BindWithoutListening(out int port);
        var release = new TaskCompletionSource();
        await using Backend stable = await Backend.Start("stable"), next = await Backend.Start("next", _ => release.Task);
        var time = new ManualTimeProvider();
        await using ProxyHost proxy = await Start(configure: services => services.AddSingleton<TimeProvider>(time));
        Mirror(proxy, new MirrorPolicy { Pool = "next", MaxInFlight = 2 });
        using var meter = new MeterReadings(proxy.Services);
        Publish(proxy, stable, next);

        for (int i = 0; i < 5; i++)
            Assert.Equal("stable", await proxy.NodeFor("/items/1"));
        await Eventually.IsTrue(() => next.Paths.Count == 2, "two copies are on their way");
        await meter.AssertReads("hashbalancer.mirrors", "pool=items,to=next,result=busy 3");
        await meter.AssertReads("hashbalancer.mirrors.in_flight", "pool=items 2");
        time.Advance(TimeSpan.FromSeconds(10));
        await meter.AssertReads("hashbalancer.mirrors", "pool=items,to=next,result=busy 3", "pool=items,to=next,result=timed-out 2");
        release.SetResult();

        proxy.Publish(PoolViews.Of("items", proxy.Node("items", stable)), PoolViews.Of("next", proxy.Node("next", "refusing", port)));
        Assert.Equal("stable", await proxy.NodeFor("/items/1"));
        await meter.AssertReads("hashbalancer.mirrors",
            "pool=items,to=next,result=busy 3", "pool=items,to=next,result=failed 1", "pool=items,to=next,result=timed-out 2");
        proxy.Publish("items", stable);
        Assert.Equal("stable", await proxy.NodeFor("/items/1"));
        await meter.AssertReads("hashbalancer.mirrors",
            "pool=items,to=next,result=busy 3", "pool=items,to=next,result=failed 1", "pool=items,to=next,result=no-node 1", "pool=items,to=next,result=timed-out 2");
        await meter.AssertReads("hashbalancer.mirrors.in_flight");
    }

    [Fact]
    public async Task Request_ThatMayNotBeCopied_IsCountedAndServed()
    {
        await using Backend stable = await Backend.Start("stable", Echo), next = await Backend.Start("next", Record);
        await using ProxyHost proxy = await Start();
        Publish(proxy, stable, next);
        using var meter = new MeterReadings(proxy.Services);

        Mirror(proxy, new MirrorPolicy { Pool = "next" });
        (await Send(proxy, "POST", "hello")).Dispose();
        Mirror(proxy, new MirrorPolicy { Pool = "next", UnsafeMethods = true, MaxBufferedBody = 4 });
        using HttpResponseMessage tooLong = await Send(proxy, "POST", "hello");
        using HttpResponseMessage endless = await Send(proxy, "POST", "hello", isChunked: true);
        Mirror(proxy, new MirrorPolicy { Pool = "next", Routes = ["elsewhere"] });
        (await Send(proxy, "GET", null)).Dispose();

        Assert.Equal("POST /items/1?a=b key-1 hellofrom ", await tooLong.Content.ReadAsStringAsync());
        Assert.Equal("POST /items/1?a=b key-1 hellofrom ", await endless.Content.ReadAsStringAsync());
        await meter.AssertReads("hashbalancer.mirrors", "pool=items,to=next,result=body 2", "pool=items,to=next,result=method 1");
        Assert.Empty(_copies);
    }

    private async Task<string[]> CopiedKeys(ProxyHost proxy)
    {
        _copies.Clear();
        using var meter = new MeterReadings(proxy.Services);
        for (int i = 0; i < 100; i++)
            await proxy.NodeFor("/items/1", ("X-Key", $"key-{i}"));
        await meter.AssertReads("hashbalancer.mirrors.in_flight");
        return [.. _copies.Order(StringComparer.Ordinal)];
    }

    private static async Task Echo(HttpContext context) => await context.Response.WriteAsync(await Seen(context));

    private async Task Record(HttpContext context)
    {
        _copies.Enqueue(await Seen(context));
        context.Response.StatusCode = 503;
        await context.Response.WriteAsync("nobody reads this");
    }

    private static async Task<string> Seen(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        HttpRequest request = context.Request;
        return $"{request.Method} {request.Path}{request.QueryString} {request.Headers["X-Key"]} {await reader.ReadToEndAsync()}from {request.Headers["X-HashBalancer-Mirrored-From"]}";
    }

    private static Task<ProxyHost> Start(bool direct = true, Action<IServiceCollection>? configure = null) =>
        ProxyHost.Start(new() { ["items"] = ["header:X-Key"], ["next"] = ["header:X-Key"] }, forwardsDirectly: direct, configure: configure);

    private static void Mirror(ProxyHost proxy, MirrorPolicy mirror) => proxy.ReplacePolicies(new()
    {
        ["items"] = ProxyHost.Policy("header:X-Key") with { Mirror = mirror },
        ["next"] = ProxyHost.Policy("header:X-Key"),
    });

    private static void Publish(ProxyHost proxy, Backend stable, Backend next) =>
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", stable)), PoolViews.Of("next", proxy.Node("next", next)));

    private static Task<HttpResponseMessage> Send(ProxyHost proxy, string method, string? body, bool isChunked = false)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/items/1?a=b") { Content = body is null ? null : new StringContent(body) };
        request.Headers.Add("X-Key", "key-1");
        if (isChunked)
            request.Headers.TransferEncodingChunked = true;
        return proxy.Client.SendAsync(request);
    }
}
