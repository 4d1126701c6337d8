using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using HashBalancer.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

public sealed class IoWatchTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_OverTheFastPath_IsWatched(bool hasLoops)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") };
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, hasLoops: hasLoops);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        IoWatch watch = proxy.Services.GetRequiredService<IoWatch>();
        watch.TakeLongest();

        await RawClient.Exchange(proxy.Port, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        await Eventually.IsTrue(() => watch.TakeLongest() > TimeSpan.Zero, "the request's work was timed");
    }
}
