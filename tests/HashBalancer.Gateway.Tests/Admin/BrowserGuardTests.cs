using HashBalancer.Gateway.Admin;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Gateway.Tests.Admin;

public sealed class BrowserGuardTests
{
    [Theory]
    [InlineData("127.0.0.1:8090", null, true)]
    [InlineData("localhost:8090", null, true)]
    [InlineData("[::1]:8090", null, true)]
    [InlineData("127.0.0.1:8090", "http://127.0.0.1:8090", true)]
    [InlineData("127.0.0.1:8090", "http://127.0.0.1:9000", false)]
    [InlineData("127.0.0.1:8090", "https://evil.example", false)]
    [InlineData("127.0.0.1:8090", "null", false)]
    [InlineData("evil.example:8090", "http://evil.example:8090", false)]
    [InlineData("evil.example:8090", null, false)]
    public void Allows_ByHostAndOrigin(string host, string? origin, bool expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString(host);
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        Assert.Equal(expected, BrowserGuard.Allows(context.Request));
    }
}
