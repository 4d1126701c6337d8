using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A route's transforms have the same effect on the fast path as on YARP's.</summary>
public sealed class TransformTests
{
    private static readonly string[] Requests =
    [
        "GET /items/a/b?x=1&y=2&x=3 HTTP/1.1\r\nHost: client.example\r\nX-A: 1\r\nX-A: 2\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /p\r\nForwarded: for=9.9.9.9;by=x\r\nConnection: close\r\n\r\n",
        "POST /items/ HTTP/1.1\r\nHost: other.example:81\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        "GET /items/%C3%A9?q=%20a HTTP/1.1\r\nHost: client.example\r\nMy-For: 1\r\nConnection: close\r\n\r\n",
    ];

    private static readonly string[] Answers =
    [
        "HTTP/1.1 200 OK\r\nServer: a\r\nX-B: 1\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 404 Not Found\r\nServer: a\r\nX-B: 1\r\nContent-Length: 0\r\n\r\n",
    ];

    public static TheoryData<string> Served => new(
        "PathPrefix=/v1",
        "PathPrefix=v1",
        "PathRemovePrefix=/items",
        "PathRemovePrefix=/other",
        "PathSet=/fixed/é",
        "PathRemovePrefix=/items;PathPrefix=/new",
        "QueryValueParameter=x,Set=9",
        "QueryValueParameter=z,Set=a b&c",
        "QueryValueParameter=x,Append=9",
        "QueryValueParameter=new,Append=9",
        "QueryRemoveParameter=x",
        "RequestHeader=X-A,Set=3",
        "RequestHeader=X-A,Append=3",
        "RequestHeader=X-New,Set=3;RequestHeader=X-New,Append=4",
        "RequestHeaderRemove=X-A",
        "RequestHeaderRemove=X-A;RequestHeader=X-A,Append=5",
        "RequestHeaderOriginalHost=true",
        "RequestHeaderOriginalHost=false",
        "RequestHeadersCopy=true",
        "ResponseHeader=X-B,Set=2",
        "ResponseHeader=X-B,Append=2,When=Success",
        "ResponseHeader=X-New,Append=2",
        "ResponseHeaderRemove=Server",
        "X-Forwarded=Append",
        "X-Forwarded=Off",
        "X-Forwarded=Remove",
        "X-Forwarded=Set,For=Append,Proto=Off,Prefix=Remove",
        "X-Forwarded=Append,HeaderPrefix=My-",
        "X-Forwarded=Off,For=Append",
        "Forwarded=for,host,proto,by",
        "Forwarded=host",
        "Forwarded=for by,ForFormat=Ip,ByFormat=IpAndPort",
        "Forwarded=for,by,ForFormat=IpAndRandomPort,ByFormat=Unknown",
        "Forwarded=for,by,ForFormat=unknownAndPort,ByFormat=UnknownAndRandomPort",
        "Forwarded=by,for,proto,ForFormat=RandomAndPort,ByFormat=RandomAndRandomPort",
        "Forwarded=proto,for,ForFormat=None,Action=Append",
        "Forwarded=for,Action=Remove",
        "Forwarded=for,host,Action=Off",
        "Forwarded=");

    public static TheoryData<string> LeftToYarp => new(
        "RequestHeadersCopy=false",
        "PathPattern=/x/{**rest}",
        "ResponseHeader=X-B,Set=2,When=Always",
        "RequestHeader=Host,Set=x",
        "RequestHeader=Content-Type,Set=a/b,Odd=1",
        "Forwarded=for,who",
        "RequestHeader=Forwarded,Set=for=x",
        "HttpMethodChange=GET,Set=PUT");

    [Theory]
    [MemberData(nameof(Served))]
    public async Task Transforms_OfTheFastPath_DoAsYarps(string transforms)
    {
        string[] fast = await Run(ForwardingMode.Fast, transforms);
        string[] stock = await Run(ForwardingMode.Stock, transforms);

        Assert.Equal(stock.Select(Anonymous), fast.Select(Anonymous));
    }

    [Theory]
    [InlineData("X-Forwarded=Set;Forwarded=for")]
    [InlineData("Forwarded=for;X-Forwarded=Off")]
    public void Transforms_ThatTakeAwayWhatTheOtherAdds_AreLeftToYarp(string transforms) =>
        Assert.Equal($"the route's transform {transforms.Split(';')[1]}", RouteTransformsReader.Read(Parse(transforms)).Obstacle);

    /// <summary>Without what is made up by chance, and the ports of this one run.</summary>
    private static string Anonymous(string seen) => System.Text.RegularExpressions.Regex.Replace(
        System.Text.RegularExpressions.Regex.Replace(seen, "_[A-Za-z0-9._-]{9}", "_random"), "(?<=(127.0.0.1|unknown|_random):)[0-9]+", "port");

    [Theory]
    [MemberData(nameof(LeftToYarp))]
    public void Transforms_ThatTheFastPathCannotDo_AreItsObstacle(string transforms) =>
        Assert.Equal($"the route's transform {transforms.Replace(",", ", ", StringComparison.Ordinal)}".Replace("for, who", "for,who", StringComparison.Ordinal),
            RouteTransformsReader.Read(Parse(transforms)).Obstacle);

    [Fact]
    public async Task Request_ThatTheFastPathCannotServe_IsRefusedInModeFast()
    {
        await using var node = new ScriptedNode { Answer = System.Text.Encoding.ASCII.GetBytes(Answers[0]) };
        await using ProxyHost proxy = await Start(ForwardingMode.Fast, "RequestHeadersCopy=false", node);

        string answer = await RawClient.Exchange(proxy.Port, Requests[0]);

        Assert.StartsWith("HTTP/1.1 501 ", answer, StringComparison.Ordinal);
        Assert.Contains(
            "\"detail\":\"Requests are to take the fast path alone, and it does not serve the route's transform RequestHeadersCopy=false.\"", answer, StringComparison.Ordinal);
        Assert.Empty(node.Requests);
    }

    private static async Task<string[]> Run(ForwardingMode mode, string transforms)
    {
        await using var node = new ScriptedNode();
        await using ProxyHost proxy = await Start(mode, transforms, node);
        List<string> seen = [];
        foreach (string request in Requests)
        {
            foreach (string answer in Answers)
            {
                node.Answer = System.Text.Encoding.ASCII.GetBytes(answer);
                string received = await RawClient.Exchange(proxy.Port, request);
                await Eventually.IsTrue(() => !node.Requests.IsEmpty, $"the node has {request}; {received}");
                seen.Add($"{DifferentialTests.Sorted(string.Concat(node.Requests), node.Port)}\n->\n{DifferentialTests.Sorted(received, node.Port)}");
                node.Requests.Clear();
            }
        }

        return [.. seen];
    }

    private static async Task<ProxyHost> Start(ForwardingMode mode, string transforms, ScriptedNode node)
    {
        ProxyHost proxy = await ProxyHost.Start(
            new() { ["items"] = ["path"] }, configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }), transforms: Parse(transforms));
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        return proxy;
    }

    /// <summary>Transforms are parted by semicolons, their keys by commas that have a key behind them.</summary>
    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Parse(string transforms) =>
        [.. transforms.Split(';').Select(transform => System.Text.RegularExpressions.Regex.Split(transform, ",(?=[A-Z][A-Za-z]+=)")
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal))];
}
