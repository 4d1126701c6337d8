using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>Asks key sources about hand-made requests.</summary>
internal static class Requests
{
    /// <summary>A request as a server would hand it on, shaped by the test.</summary>
    public static HttpContext With(Action<HttpRequest>? shape = null)
    {
        var context = new DefaultHttpContext();
        shape?.Invoke(context.Request);
        return context;
    }

    public static HashKeyChain Chain(params string[] sources) => ProxyHost.Policy(sources).HashKeys;

    /// <summary>Asserts that the source yields this key, or none when it is null.</summary>
    public static void AssertKey(string? expected, string source, HttpContext context)
    {
        bool found = Chain(source).TryHash(context, out ulong hash);

        Assert.Equal(expected is not null, found);
        Assert.Equal(expected is null ? 0 : KeyHash.Of(expected), hash);
    }
}
