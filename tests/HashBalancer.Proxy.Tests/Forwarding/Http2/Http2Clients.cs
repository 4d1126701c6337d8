using System.Net;

namespace HashBalancer.Proxy.Tests.Forwarding.Http2;

/// <summary>Clients that speak HTTP/2 alone.</summary>
internal static class Http2Clients
{
    /// <summary>With one connection for all of its requests.</summary>
    public static HttpClient To(int port) => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>A request for a target that goes as it is written.</summary>
    public static HttpRequestMessage Request(HttpClient client, string method, string target, HttpContent? content = null) =>
        new(new HttpMethod(method), new Uri($"http://{client.BaseAddress!.Authority}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
            Content = content,
        };
}
