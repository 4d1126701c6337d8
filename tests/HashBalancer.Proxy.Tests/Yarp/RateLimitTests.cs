using System.Net;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Keys that come too often, on real sockets.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task Key_ComesTooOften_Is429AndOthersAreServedAlsoAfterAReload()
    {
        await using Backend node = await Backend.Start("a");
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.Publish("items", node);
        Put(proxy, burst: 2);

        Assert.Equal(HttpStatusCode.OK, await Status(proxy, "a"));
        Assert.Equal(HttpStatusCode.OK, await Status(proxy, "a"));
        using (HttpResponseMessage refused = await proxy.Get("/items/1", ("X-Tenant", "a")))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 1000);
            Assert.Equal(["rate-limited"], refused.Headers.GetValues("X-HashBalancer-Reason"));
            Assert.Contains("\"reason\":\"rate-limited\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, await Status(proxy, "b"));
        Put(proxy, burst: 2);
        Assert.Equal(HttpStatusCode.TooManyRequests, await Status(proxy, "a"));
        Put(proxy, burst: 3);
        Assert.Equal(HttpStatusCode.OK, await Status(proxy, "a"));
    }

    [Fact]
    public void Validate_OutOfRange_NamesEveryFault() =>
        Assert.Equal(
            [
                "k:PerSecond: is -1, but must be 0 (no limit) or 0.001 to 1000000.",
                "k:Burst: is -1, but must be 0 (those of one second) to 1000000.",
                "k:Keys:0: is 'heder:X': 'heder' is no kind of key source. Allowed:",
            ],
            new RateLimitPolicy { PerSecond = -1, Burst = -1, Keys = ["heder:X"] }.Validate("k").Select(fault => fault.Split(" claim:")[0]));

    // A thousand seconds for a request: none comes back within the test.
    private static void Put(ProxyHost proxy, int burst) => proxy.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal)
    {
        ["items"] = ProxyHost.Policy("path") with { RateLimit = new RateLimitPolicy { PerSecond = 0.001, Burst = burst, Keys = ["header:X-Tenant"] } },
    });

    private static async Task<HttpStatusCode> Status(ProxyHost proxy, string tenant)
    {
        using HttpResponseMessage response = await proxy.Get("/items/1", ("X-Tenant", tenant));
        return response.StatusCode;
    }
}
