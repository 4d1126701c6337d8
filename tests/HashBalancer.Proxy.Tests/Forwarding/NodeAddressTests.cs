using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Nodes on Unix sockets, on IPv6 addresses, and behind names with several addresses.</summary>
public sealed class NodeAddressTests : IDisposable
{
    private const string Get = "GET /items/1?q=2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private const string Post = "POST /items/%C3%A9/'x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hb-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string SocketPath => Path.Combine(_folder.FullName, "node.sock");

    [Theory]
    [InlineData(ForwardingMode.Fast, true)]
    [InlineData(ForwardingMode.Fast, false)]
    [InlineData(ForwardingMode.Stock, false)]
    public async Task Node_OnAUnixSocket_GetsRequests(ForwardingMode mode, bool forwardsDirectly)
    {
        await using var node = new ScriptedNode(new UnixDomainSocketEndPoint(SocketPath)) { Answer = Encoding.ASCII.GetBytes(Ok) };
        await using ProxyHost proxy = await Start(mode, $"{Node.UnixHost}{SocketPath}", 0, forwardsDirectly);

        foreach (string request in (string[])[Get, Post, Get])
            Assert.EndsWith("\r\n\r\nok", await RawClient.Exchange(proxy.Port, request), StringComparison.Ordinal);

        Assert.Equal(["GET /items/1?q=2 HTTP/1.1", "POST /items/%C3%A9/'x HTTP/1.1", "GET /items/1?q=2 HTTP/1.1"], node.Requests.Select(r => r.Split("\r\n")[0]));
        Assert.All(node.Requests, request => Assert.Contains("\r\nHost: localhost\r\n", request, StringComparison.Ordinal));
        ForwardingMetrics metrics = proxy.Services.GetRequiredService<ForwardingMetrics>();
        await Eventually.IsTrue(() => metrics.Of(mode == ForwardingMode.Stock ? ForwardingPath.Stock : ForwardingPath.Fast) == 3, "each is counted");
    }

    [Theory]
    [InlineData(ForwardingMode.Fast)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Node_OnAUnixSocketThatNobodyServes_IsUnreachable(ForwardingMode mode)
    {
        await using ProxyHost proxy = await Start(mode, $"{Node.UnixHost}{SocketPath}", 0);

        string answer = await RawClient.Exchange(proxy.Port, Get);

        Assert.StartsWith("HTTP/1.1 502 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"node-unreachable\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ForwardingMode.Fast)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Destination_OfAClusterOfYarps_MayBeAUnixSocketWithAPrefix(ForwardingMode mode)
    {
        await using var node = new ScriptedNode(new UnixDomainSocketEndPoint(SocketPath)) { Answer = Encoding.ASCII.GetBytes(Ok) };
        await using ProxyHost proxy = await ProxyHost.Start(
            [], [Cluster($"http://unix:{SocketPath}:/api/")], configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }));

        foreach (string path in (string[])["/plain/1", "/plain/%C3%A9"])
            Assert.EndsWith("ok", await RawClient.Exchange(proxy.Port, Get.Replace("/items/1", path, StringComparison.Ordinal)), StringComparison.Ordinal);

        Assert.Equal(["GET /api/plain/1?q=2 HTTP/1.1", "GET /api/plain/%C3%A9?q=2 HTTP/1.1"], node.Requests.Select(r => r.Split("\r\n")[0]));
    }

    [Theory]
    [InlineData("http://unix:", "its path is '', but must be an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    [InlineData("http://unix:/", "its path is '/', but must be an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    [InlineData("http://unix:run/x", "its path is 'run/x', but must be an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    [InlineData("http://unix:/a b", "its path is '/a b', but must be an absolute path of 2 to 107 bytes without colons, spaces and control characters")]
    [InlineData("http://unix:/x.sock:api", "what follows its path is 'api', but must be the beginning of requests' paths, such as '/api'")]
    [InlineData("http://unix:/x.sock:/api?q", "what follows its path is '/api?q', but must be the beginning of requests' paths, such as '/api'")]
    public async Task Destination_MalformedAsAUnixSocket_IsRefusedWithItsFault(string address, string fault)
    {
        Assert.Equal(fault, UnixAddress.FaultOf(address));

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await new UnixAddressFilter().ConfigureClusterAsync(Cluster(address), CancellationToken.None));

        Assert.Equal($"Clusters:plain:Destinations:one:Address: is '{address}': {fault}.", error.Message);
    }

    [Theory]
    [InlineData("http://unix:/run/x.sock", "/run/x.sock", "http://localhost/")]
    [InlineData("HTTP://UNIX:/run/x.sock:/", "/run/x.sock", "http://localhost/")]
    [InlineData("http://unix:/run/x.sock:/a/b", "/run/x.sock", "http://localhost/a/b")]
    public void UnixAddress_WellFormed_IsRead(string address, string path, string url)
    {
        Assert.True(UnixAddress.TryRead(address, out UnixAddress? read));
        Assert.Equal(new UnixAddress(path, url), read);
    }

    [Theory]
    [InlineData("http://unix/run/x.sock")]
    [InlineData("http://unixes:80/")]
    [InlineData("https://unix:/run/x.sock")]
    public void UnixAddress_OfAnotherKind_IsNone(string address) => Assert.False(UnixAddress.IsMeant(address) || UnixAddress.TryRead(address, out _));

    /// <summary>The name has addresses of both families on most machines, and the node listens on one alone.</summary>
    [Theory]
    [InlineData(ForwardingMode.Fast)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Node_BehindANameWithSeveralAddresses_IsFoundAtTheOneThatAnswers(ForwardingMode mode)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Ok) };
        await using ProxyHost proxy = await Start(mode, "localhost", node.Port);

        Assert.EndsWith("\r\n\r\nok", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);
        Assert.Contains($"\r\nHost: localhost:{node.Port}\r\n", node.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ForwardingMode.Fast)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Node_OnAnIPv6Address_GetsRequests(ForwardingMode mode)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await using var node = new ScriptedNode(new IPEndPoint(IPAddress.IPv6Loopback, 0)) { Answer = Encoding.ASCII.GetBytes(Ok) };
        await using ProxyHost proxy = await Start(mode, "::1", node.Port);

        Assert.EndsWith("\r\n\r\nok", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);
        Assert.Contains($"\r\nHost: [::1]:{node.Port}\r\n", node.Requests.Single(), StringComparison.Ordinal);
    }

    /// <summary>What the configuration says a node is to see as Host, it sees.</summary>
    [Theory]
    [InlineData(ForwardingMode.Auto)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Destination_WithAHostOfItsOwn_SeesThat(ForwardingMode mode)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Ok) };
        await using ProxyHost proxy = await ProxyHost.Start(
            [], [Cluster($"http://127.0.0.1:{node.Port}", host: "named.example")], configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }));

        Assert.EndsWith("ok", await RawClient.Exchange(proxy.Port, Get.Replace("/items/1", "/plain/1", StringComparison.Ordinal)), StringComparison.Ordinal);

        Assert.Contains("\r\nHost: named.example\r\n", node.Requests.Single(), StringComparison.Ordinal);
        Assert.Equal(1, proxy.Services.GetRequiredService<ForwardingMetrics>().Of(ForwardingPath.Stock));
    }

    private static ClusterConfig Cluster(string address, string? host = null) => new()
    {
        ClusterId = "plain",
        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = address, Host = host } },
    };

    private static async Task<ProxyHost> Start(ForwardingMode mode, string host, int port, bool forwardsDirectly = true)
    {
        ProxyHost proxy = await ProxyHost.Start(
            new() { ["items"] = ["path"] }, configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }), forwardsDirectly: forwardsDirectly);
        proxy.Publish(PoolViews.Of("items", new Node("a", host, port, 1, NodeState.Up, proxy.Loads.Of("items", "a"))));
        return proxy;
    }
}
