using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Keys;

public sealed class HashKeyChainTests
{
    [Theory]
    [InlineData("alice", "s1", "alice")]
    [InlineData(null, "s1", "s1")]
    [InlineData("", "s1", "s1")]
    [InlineData(null, null, "/items/1")]
    public void TryHash_SourcesInOrder_FirstThatIsPresentGivesTheKey(string? user, string? session, string expected)
    {
        HttpContext context = Requests.With(request =>
        {
            request.Path = "/items/1";
            request.Headers["X-User-Id"] = user;
            request.Headers.Cookie = session is null ? null : $"sid={session}";
        });

        Assert.True(Requests.Chain("header:X-User-Id", "cookie:sid", "path").TryHash(context, out ulong hash));
        Assert.Equal(KeyHash.Of(expected), hash);
    }

    [Fact]
    public void TryHash_NoSourcePresent_IsFalse()
    {
        Assert.False(Requests.Chain("header:X-User-Id", "cookie:sid").TryHash(Requests.With(), out ulong hash));
        Assert.Equal(0UL, hash);
        Assert.False(HashKeyChain.Empty.TryHash(Requests.With(), out _));
    }

    [Theory]
    [InlineData(KeyBuffer.StackSize / 3)]
    [InlineData(KeyBuffer.StackSize - 1)]
    [InlineData(KeyBuffer.StackSize)]
    [InlineData(KeyBuffer.StackSize + 1)]
    [InlineData(5000)]
    public void TryHash_KeyOfAnyLength_HashesItsUtf8(int length)
    {
        string ascii = new('x', length);
        string wide = new('€', length);

        Requests.AssertKey(ascii, "header:K", Requests.With(r => r.Headers["K"] = ascii));
        Requests.AssertKey(wide, "header:K", Requests.With(r => r.Headers["K"] = wide));
        Requests.AssertKey($"{ascii},{wide},é", "header:K", Requests.With(r => r.Headers["K"] = new[] { ascii, wide, "é" }));
    }
}
