using System.Security.Claims;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Keys;

/// <summary>Keys of several sources, keys in a form, and keys out of paths, tokens and users.</summary>
public sealed class FormedKeyTests
{
    [Theory]
    [InlineData("header:X|lower", "Alice", "alice")]
    [InlineData("header:X|lower", "ÉCOLE Ω", "école ω")]
    [InlineData("header:X|trim", " \tAlice/ ", "Alice")]
    [InlineData("header:X|trim|lower", " /Alice// ", "/alice")]
    [InlineData("header:X|trim", "  ", null)]
    [InlineData("header:X", "Alice", "Alice")]
    public void Form_OfAHeader(string source, string value, string? key) =>
        Requests.AssertKey(key, source, Requests.With(request => request.Headers["X"] = value));

    [Fact]
    public void Composite_EveryPartThere_JoinsThemBySeparators() =>
        Requests.AssertKey("a\u001Fb\u001F/p", "header:A|lower+query:b+path", Requests.With(request =>
        {
            request.Headers["A"] = "A";
            request.QueryString = new QueryString("?b=b");
            request.Path = "/p";
        }));

    [Fact]
    public void Composite_PartMissing_IsNoKey() =>
        Requests.AssertKey(null, "header:A+query:b", Requests.With(request => request.Headers["A"] = "a"));

    [Fact]
    public void Name_WithPlusBarAndPercent_IsWrittenEncoded() =>
        Requests.AssertKey("1", "query:a%2Bb%7Cc%25d", Requests.With(request => request.QueryString = new QueryString("?a%2Bb|c%25d=1")));

    [Theory]
    [InlineData("segment:1", "/shop/items/7", "shop")]
    [InlineData("segment:3", "/shop/items/7", "7")]
    [InlineData("segment:4", "/shop/items/7", null)]
    [InlineData("segment:-1", "/shop/items/7/", "7")]
    [InlineData("segment:-3", "/shop/items/7", "shop")]
    [InlineData("segment:-4", "/shop/items/7", null)]
    [InlineData("segment:1-2", "/shop//items/7", "shop/items")]
    [InlineData("segment:2-4", "/shop/items/7", null)]
    [InlineData("segment:1", "/", null)]
    public void Segment_OfThePath(string source, string path, string? key) => Requests.AssertKey(key, source, Requests.With(request => request.Path = path));

    [Fact]
    public void Segment_PathBase_CountsAsAskedFor() =>
        Requests.AssertKey("base/shop", "segment:1-2", Requests.With(request =>
        {
            request.PathBase = "/base";
            request.Path = "/shop/7";
        }));

    // Payloads: {"iss":"me","sub":"alice"}, {"sub":42,"a":{"sub":"x"}}, {"a":{"sub":"x"}}, {"sub":"\u00e9"}, {"sub":["x"]}, [1], {"sub"
    [Theory]
    [InlineData("Bearer e30.eyJpc3MiOiJtZSIsInN1YiI6ImFsaWNlIn0.c2ln", "alice")]
    [InlineData("bearer e30.eyJpc3MiOiJtZSIsInN1YiI6ImFsaWNlIn0.", "alice")]
    [InlineData("Bearer e30.eyJzdWIiOjQyLCJhIjp7InN1YiI6IngifX0.s", "42")]
    [InlineData("Bearer e30.eyJhIjp7InN1YiI6IngifX0.s", null)]
    [InlineData("Bearer e30.eyJzdWIiOiJcdTAwZTkifQ.s", "é")]
    [InlineData("Bearer e30.eyJzdWIiOlsieCJdfQ.s", null)]
    [InlineData("Bearer e30.WzFd.s", null)]
    [InlineData("Bearer e30.eyJzdWIi.s", null)]
    [InlineData("Bearer e30.!!!.s", null)]
    [InlineData("Bearer opaque", null)]
    [InlineData("Bearer .eyJzdWIiOjQyfQ.s", null)]
    [InlineData("Basic e30.eyJpc3MiOiJtZSIsInN1YiI6ImFsaWNlIn0.c2ln", null)]
    public void Jwt_ClaimOfTheBearerToken(string header, string? key) =>
        Requests.AssertKey(key, "jwt:sub", Requests.With(request => request.Headers.Authorization = header));

    [Theory]
    [InlineData("test", "alice")]
    [InlineData(null, null)]
    public void Claim_OfAUserWhoIsAuthenticated(string? authentication, string? key) =>
        Requests.AssertKey(key, "claim:sub", Requests.With(request =>
            request.HttpContext.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "alice")], authentication))));
}
