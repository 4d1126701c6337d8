using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

public sealed class IoWatchTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Longest_OfSeveral_IsTakenOnce()
    {
        var watch = new IoWatch(_time);
        foreach (int milliseconds in (int[])[3, 7, 5])
            Hold(watch, milliseconds);

        Assert.Equal(TimeSpan.FromMilliseconds(7), watch.TakeLongest());
        Assert.Equal(TimeSpan.Zero, watch.TakeLongest());
    }

    [Fact]
    public void Slow_CountsWhatIsOverTheLimit()
    {
        var watch = new IoWatch(_time);
        foreach (int milliseconds in (int[])[10, 11, 200])
            Hold(watch, milliseconds);

        Assert.Equal(2, watch.Slow);
    }

    [Fact]
    public async Task Request_OverTheFastPath_IsWatchedOnBothItsThreads()
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") };
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        IoWatch watch = proxy.Services.GetRequiredService<IoWatch>();
        Assert.Equal(TimeSpan.Zero, watch.TakeLongest());

        await RawClient.Exchange(proxy.Port, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        await Eventually.IsTrue(() => watch.TakeLongest() > TimeSpan.Zero, "the request's work was timed");
    }

    private void Hold(IoWatch watch, int milliseconds)
    {
        long begun = watch.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        watch.End(begun);
    }
}
