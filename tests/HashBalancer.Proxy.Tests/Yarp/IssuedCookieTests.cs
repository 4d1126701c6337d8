using HashBalancer.Proxy.Tests.Support;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Clients without a key are issued one, on real sockets.</summary>
public sealed class IssuedCookieTests
{
    [Fact]
    public async Task Client_WithoutCookie_IsIssuedTheKeyOfItsFirstRequestBesideTheNodesCookies()
    {
        Backend[] nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Backend.Start($"n{i}", context =>
        {
            context.Response.Headers.SetCookie = "own=1";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $"n{i}");
        })));
        await using ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["issued-cookie:sid"] });
        proxy.Publish("items", nodes);

        HashSet<string> issued = new(StringComparer.Ordinal);
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage first = await proxy.Get("/items/1");
            string[] cookies = [.. first.Headers.GetValues("Set-Cookie")];
            Assert.Equal("own=1", cookies[0]);
            Assert.EndsWith("; Path=/; HttpOnly; SameSite=Lax", cookies[1], StringComparison.Ordinal);
            string pair = cookies[1].Split(';')[0];
            Assert.Equal(22, pair["sid=".Length..].Length);
            Assert.True(issued.Add(pair));

            using HttpResponseMessage second = await proxy.Get("/items/1", ("Cookie", pair));
            Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
            Assert.Equal(["own=1"], second.Headers.GetValues("Set-Cookie"));
        }

        foreach (Backend node in nodes)
            await node.DisposeAsync();
    }
}
