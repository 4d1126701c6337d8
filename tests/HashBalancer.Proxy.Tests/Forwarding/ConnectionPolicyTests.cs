using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding;

public sealed class ConnectionPolicyTests
{
    private const string Get = "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    private const string Sound = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    public static TheoryData<ConnectionPolicy, string> Faulty => new()
    {
        { new() { Limit = -1 }, "P:Limit: is -1, but must be 0 (no limit) to 100000." },
        { new() { Limit = 100_001 }, "P:Limit: is 100001, but must be 0 (no limit) to 100000." },
        { new() { ConnectTimeout = TimeSpan.Zero }, "P:ConnectTimeout: is 00:00:00, but must be 00:00:00.001 to 00:10:00." },
        { new() { ConnectTimeout = TimeSpan.FromMinutes(11) }, "P:ConnectTimeout: is 00:11:00, but must be 00:00:00.001 to 00:10:00." },
        { new() { IdleTimeout = TimeSpan.Zero }, "P:IdleTimeout: is 00:00:00, but must be 00:00:00.001 to 1.00:00:00." },
        { new() { IdleTimeout = TimeSpan.FromDays(2) }, "P:IdleTimeout: is 2.00:00:00, but must be 00:00:00.001 to 1.00:00:00." },
        { new() { Lifetime = TimeSpan.Zero }, "P:Lifetime: is 00:00:00, but must be 00:00:00.001 to 1.00:00:00." },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Validate_ValueOutOfRange_NamesKeyValueAndRange(ConnectionPolicy policy, string expected) => Assert.Equal([expected], policy.Validate("P"));

    [Theory]
    [InlineData(0, 1, 1, null)]
    [InlineData(100_000, 600_000, 86_400_000, 86_400_000)]
    public void Validate_LimitsOfTheRanges_AreAllowed(int limit, int connect, int idle, int? lifetime) => Assert.Empty(new ConnectionPolicy
    {
        Limit = limit,
        ConnectTimeout = TimeSpan.FromMilliseconds(connect),
        IdleTimeout = TimeSpan.FromMilliseconds(idle),
        Lifetime = lifetime is { } most ? TimeSpan.FromMilliseconds(most) : null,
    }.Validate("P"));

    [Fact]
    public async Task Connection_UnusedForItsIdleTimeout_IsClosed()
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound) };
        await using ProxyHost proxy = await Start(node, new ConnectionPolicy { IdleTimeout = TimeSpan.FromMilliseconds(1) });

        Assert.EndsWith("hello", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);

        await Eventually.IsTrue(() => node.Open == 0, "the connection is closed");
    }

    [Fact]
    public async Task Connection_OlderThanItsLifetime_IsClosedThoughItIsUsed()
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound) };
        await using ProxyHost proxy = await Start(node, new ConnectionPolicy { Lifetime = TimeSpan.FromMilliseconds(1) });

        Assert.EndsWith("hello", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);

        await Eventually.IsTrue(() => node.Open == 0, "the connection is closed");
    }

    [Fact]
    public async Task Requests_MoreThanTheLimit_TakeTurns()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound), SentFirst = Sound.Length - 1, Rest = rest.Task };
        await using ProxyHost proxy = await Start(node, new ConnectionPolicy { Limit = 2 });

        Task<string>[] clients = [.. Enumerable.Range(0, 6).Select(_ => RawClient.Exchange(proxy.Port, Get))];
        await Eventually.IsTrue(() => node.Requests.Count == 2, "two requests are at the node");
        await Eventually.IsTrue(() => proxy.Loads.Of("items", "a").InFlight == 6, "the others wait");
        Assert.Equal(2, node.Open);
        rest.SetResult();

        Assert.All(await Task.WhenAll(clients), answer => Assert.EndsWith("hello", answer, StringComparison.Ordinal));
        Assert.Equal(6, node.Requests.Count);
    }

    [Fact]
    public async Task Request_ThatGetsNoTurnInTime_IsAnsweredThatTheNodeIsUnreachable()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound), SentFirst = Sound.Length - 1, Rest = rest.Task };
        await using ProxyHost proxy = await Start(node, new ConnectionPolicy { Limit = 1, ConnectTimeout = TimeSpan.FromMilliseconds(50) });

        Task<string> first = RawClient.Exchange(proxy.Port, Get);
        await Eventually.IsTrue(() => node.Requests.Count == 1, "a request is at the node");
        string second = await RawClient.Exchange(proxy.Port, Get);
        rest.SetResult();

        Assert.StartsWith("HTTP/1.1 502 ", second, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"node-unreachable\"", second, StringComparison.Ordinal);
        Assert.EndsWith("hello", await first, StringComparison.Ordinal);
    }

    private static async Task<ProxyHost> Start(ScriptedNode node, ConnectionPolicy connections)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.ReplacePool("items", connections);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        return proxy;
    }
}
