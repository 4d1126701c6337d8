using System.Net;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Keys;

/// <summary>What each built-in source takes from a request; the empty string means that the part is there and empty.</summary>
public sealed class KeySourceTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("alice", "alice")]
    [InlineData("Alice", "Alice")]
    [InlineData("a b, c", "a b, c")]
    [InlineData("zoë", "zoë")]
    public void Header_Value_IsTheKey(string? value, string? expected) =>
        Requests.AssertKey(expected, "header:x-user-id", Requests.With(r => r.Headers["X-User-Id"] = value));

    [Fact]
    public void Header_SeveralLines_CountAsOneJoined() =>
        Requests.AssertKey("a,b", "header:X", Requests.With(r => r.Headers["X"] = new[] { "a", "b" }));

    [Theory]
    [InlineData(null, null)]
    [InlineData("sid=1", "1")]
    [InlineData("a=0; sid=1; b=2", "1")]
    [InlineData("a=0;sid=1;b=2", "1")]
    [InlineData("xsid=0; sid=1", "1")]
    [InlineData("sid2=0; sid=1", "1")]
    [InlineData("SID=0; sid=1", "1")]
    [InlineData("sid=1; sid=2", "1")]
    [InlineData("sid=a=b==", "a=b==")]
    [InlineData("sid=\"q%20\"", "\"q%20\"")]
    [InlineData("sid", null)]
    [InlineData("sid=", null)]
    [InlineData("a=sid=1", null)]
    [InlineData(";;  ;", null)]
    public void Cookie_FirstOfTheName_IsTheKeyAsSent(string? header, string? expected) =>
        Requests.AssertKey(expected, "cookie:sid", Requests.With(r => r.Headers.Cookie = header));

    [Fact]
    public void Cookie_InALaterLine_IsFound() =>
        Requests.AssertKey("1", "cookie:sid", Requests.With(r => r.Headers.Cookie = new[] { "a=0", "sid=1" }));

    [Theory]
    [InlineData("", null)]
    [InlineData("?", null)]
    [InlineData("?id=7", "7")]
    [InlineData("?a=1&id=7&b=2", "7")]
    [InlineData("?ID=7", "7")]
    [InlineData("?%69d=7", "7")]
    [InlineData("?xid=1&id=7", "7")]
    [InlineData("?id=7&id=8", "7")]
    [InlineData("?id&id=7", "7")]
    [InlineData("?id=", null)]
    [InlineData("?id=a+b", "a b")]
    [InlineData("?id=a%20b", "a b")]
    [InlineData("?id=%C3%A9", "é")]
    [InlineData("?id=é", "é")]
    [InlineData("?id=%e2%82%ac", "€")]
    [InlineData("?id=100%", "100%")]
    [InlineData("?id=%zz%4", "%zz%4")]
    [InlineData("?id=a=b", "a=b")]
    [InlineData("?other=7", null)]
    public void Query_FirstOfTheName_IsTheKeyDecoded(string query, string? expected) =>
        Requests.AssertKey(expected, "query:id", Requests.With(r => r.QueryString = new QueryString(query)));

    [Theory]
    [InlineData("?Größe=7")]
    [InlineData("?Gr%C3%B6%C3%9Fe=7")]
    public void Query_NameBeyondAscii_IsFoundPlainAndEncoded(string query) =>
        Requests.AssertKey("7", "query:Größe", Requests.With(r => r.QueryString = new QueryString(query)));

    [Theory]
    [InlineData("", "/items/1", "/items/1")]
    [InlineData("/shop", "/items/1", "/shop/items/1")]
    [InlineData("", "/", "/")]
    [InlineData("", "", null)]
    public void Path_WithItsBase_IsTheKey(string pathBase, string path, string? expected) =>
        Requests.AssertKey(expected, "path", Requests.With(r =>
        {
            r.PathBase = pathBase;
            r.Path = path;
            r.QueryString = new QueryString("?ignored=1");
        }));

    [Theory]
    [InlineData("", null)]
    [InlineData("shop.example", "shop.example")]
    [InlineData("SHOP.Example:8080", "shop.example")]
    [InlineData("127.0.0.1:80", "127.0.0.1")]
    [InlineData("[::1]:80", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    public void Host_LowerCaseWithoutPort_IsTheKey(string host, string? expected) =>
        Requests.AssertKey(expected, "host", Requests.With(r => r.Host = new HostString(host)));

    [Theory]
    [InlineData(null, null)]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("fe80::1%3", "fe80::1")]
    [InlineData("2001:DB8:0:0:1:1:1:1", "2001:db8::1:1:1:1")]
    public void ClientIp_AsText_IsTheKey(string? address, string? expected)
    {
        HttpContext context = Requests.With();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Requests.AssertKey(expected, "client-ip", context);
    }
}
