using System.Diagnostics.CodeAnalysis;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Keys;

public sealed class HashKeyParserTests
{
    private const string Allowed = "Allowed: claim:<name>, client-ip, cookie:<name>, header:<name>, host, issued-cookie:<name>, jwt:<name>, path, query:<name>, segment:<name>.";

    [Fact]
    public void TryParse_EveryKind_KeepsOrder()
    {
        string[] sources = ["header:X-User-Id", "cookie:sid", "query:id", "path", "host", "client-ip", "segment:1", "jwt:sub", "claim:sub", "issued-cookie:id", "header:A|lower+query:b"];

        Assert.True(HashKeyChain.TryParse(sources, out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors));
        Assert.Equal(sources, chain.Sources);
        Assert.Empty(errors);
    }

    [Fact]
    public void TryParse_NoSource_IsTheEmptyChain()
    {
        Assert.True(HashKeyChain.TryParse([], out HashKeyChain chain, out _));
        Assert.Same(HashKeyChain.Empty, chain);
    }

    [Theory]
    [InlineData("heder:X-User-Id", "'heder' is no kind of key source. Did you mean 'header'?")]
    [InlineData("Header:X-User-Id", "'Header' is no kind of key source. Did you mean 'header'?")]
    [InlineData("clientip", "'clientip' is no kind of key source. Did you mean 'client-ip'?")]
    [InlineData("pahth", "'pahth' is no kind of key source. Did you mean 'path'?")]
    [InlineData("xml:sub", "'xml' is no kind of key source.")]
    [InlineData("path+", "a part of a key source may not be empty.")]
    [InlineData("path+hots", "'hots' is no kind of key source. Did you mean 'host'?")]
    [InlineData("path|lwer", "'lwer' is no form of a key; there are lower, trim. Did you mean 'lower'?")]
    [InlineData("segment:0", "the name is refused because '0' is no number of a segment, such as 1 for the first, -1 for the last or 1-3 for the first three, each up to 100.")]
    [InlineData("segment:3-1", "the name is refused because '3-1' is no number of a segment, such as 1 for the first, -1 for the last or 1-3 for the first three, each up to 100.")]
    [InlineData("segment:-3-1", "the name is refused because '-3-1' is no number of a segment, such as 1 for the first, -1 for the last or 1-3 for the first three, each up to 100.")]
    [InlineData("issued-cookie:a=b", "the name is refused because '=' may not stand in the name of a cookie.")]
    [InlineData("X-User-Id", "'X-User-Id' is no kind of key source.")]
    [InlineData("", "a key source may not be empty.")]
    [InlineData("header", "a header needs a name after the colon.")]
    [InlineData("cookie:", "a cookie needs a name after the colon.")]
    [InlineData("query:", "a query needs a name after the colon.")]
    [InlineData("path:2", "a path takes no name.")]
    [InlineData("client-ip:", "a client-ip takes no name.")]
    [InlineData("header:X User", "the name is refused because ' ' may not stand in the name of a header.")]
    [InlineData("header:X:User", "the name is refused because ':' may not stand in the name of a header.")]
    [InlineData("cookie:a=b", "the name is refused because '=' may not stand in the name of a cookie.")]
    public void TryParse_OneFault_SaysValueProblemAndWhatIsAllowed(string source, string problem)
    {
        Assert.False(HashKeyChain.TryParse([source], out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors));

        Assert.Equal($"Key source 0 is '{source}': {problem} {Allowed}", Assert.Single(errors).ToString());
        Assert.Same(HashKeyChain.Empty, chain);
    }

    [Fact]
    public void TryParse_SeveralFaults_ReportsEachWithItsPosition()
    {
        Assert.False(HashKeyChain.TryParse(["path", "cokie:a", "path", "header:X"], out _, out IReadOnlyList<HashKeyError> errors));

        Assert.Collection(errors,
            error => Assert.Equal((1, "cokie:a", "cookie"), (error.Position, error.Value, error.Nearest)),
            error => Assert.Equal($"Key source 2 is 'path': it stands in the list already and would never be asked. {Allowed}", error.ToString()));
    }

    [Fact]
    public void TryParse_KindOfOnesOwn_IsAskedAndListed()
    {
        var parser = new HashKeyParser([new ShoutKind("shout")]);

        Assert.True(parser.TryParse(["shout:hello"], out HashKeyChain chain, out _));
        Assert.True(chain.TryHash(new DefaultHttpContext(), out ulong hash));
        Assert.Equal(KeyHash.Of("hello!"), hash);
        Assert.False(parser.TryParse(["path"], out _, out IReadOnlyList<HashKeyError> errors));
        Assert.Equal(["shout:<name>"], Assert.Single(errors).Allowed);
    }

    [Fact]
    public void TryHash_SourceWritesAndThenDeclines_LeavesNoTrace()
    {
        var parser = new HashKeyParser([new ShoutKind("shout")]);
        Assert.True(parser.TryParse(["shout:declined", "shout:hello"], out HashKeyChain chain, out _));

        Assert.True(chain.TryHash(new DefaultHttpContext(), out ulong hash));
        Assert.Equal(KeyHash.Of("hello!"), hash);
    }

    [Fact]
    public void Parser_TwoKindsOfOneName_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => new HashKeyParser([new ShoutKind("x"), new ShoutKind("x")]));

        Assert.Equal($"Two kinds of key sources are named 'x': {typeof(ShoutKind)} and {typeof(ShoutKind)}. (Parameter 'kinds')", error.Message);
    }

    private sealed class ShoutKind(string kind) : IHashKeyKind
    {
        public string Name => kind;

        public bool TakesName => true;

        public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
        {
            problem = null;
            source = new Source(name);
            return true;
        }

        private sealed class Source(string name) : IHashKeySource
        {
            public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
            {
                key.Append(name);
                key.Append((byte)'!');
                return name != "declined";
            }
        }
    }
}
