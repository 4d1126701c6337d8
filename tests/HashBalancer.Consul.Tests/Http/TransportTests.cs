using System.Net.Sockets;
using HashBalancer.Consul.Models;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Consul.Tests.Http;

/// <summary>What the client sends, and what it makes of every kind of answer and fault.</summary>
public sealed class TransportTests
{
    [Fact]
    public async Task Query_Options_StandInTheTarget()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]", 7));
        using ConsulClient client = Client(consul, o => o.Datacenter = "dc2");
        await client.Health.ServiceAsync(
            "my web/1",
            new QueryOptions
            {
                Index = 42,
                Wait = TimeSpan.FromSeconds(90),
                Consistency = Consistency.Stale,
                Cached = true,
                Filter = "Service.Port == 80",
                Near = "_agent",
            },
            passing: true,
            tags: ["a", "b&c"]);
        Assert.Equal(
            "/v1/health/service/my%20web%2F1?passing&tag=a&tag=b%26c&dc=dc2&stale&cached&filter=Service.Port%20%3D%3D%2080&near=_agent&index=42&wait=1m30s",
            Assert.Single(consul.Targets("GET")));
    }

    [Fact]
    public async Task Query_IndexAboveInt64_IsRead()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]", ulong.MaxValue, "false"));
        using ConsulClient client = Client(consul);
        QueryResult<IReadOnlyList<ServiceEntry>> result = await client.Health.ServiceAsync("web");
        Assert.Equal(ulong.MaxValue, result.Index);
        Assert.Equal(false, result.KnownLeader);
        Assert.Equal(TimeSpan.Zero, result.LastContact);
    }

    [Fact]
    public async Task Put_WithoutBody_SendsContentLengthZeroAndToken()
    {
        long? length = null;
        await using FakeConsul consul = await FakeConsul.StartAsync(c =>
        {
            length = c.Request.ContentLength;
            return Task.CompletedTask;
        });
        using ConsulClient client = Client(consul, o => o.Token = "secret");
        await client.Agent.SetServiceMaintenanceAsync("web/1", enable: true, reason: "a b");
        Assert.Equal(0, length);
        Assert.Equal(new SeenRequest("PUT", "/v1/agent/service/maintenance/web%2F1?enable=true&reason=a%20b", "", "secret"), Assert.Single(consul.Seen));
    }

    [Theory]
    [InlineData(400, "Request decode failed: EOF", typeof(ConsulBadRequestException), true)]
    [InlineData(401, "ACL support disabled", typeof(ConsulForbiddenException), true)]
    [InlineData(403, "Permission denied: Missing service:write on web", typeof(ConsulForbiddenException), true)]
    [InlineData(500, "rpc error making call: ACL not found", typeof(ConsulForbiddenException), true)]
    [InlineData(404, "unknown service ID: web", typeof(ConsulNotFoundException), false)]
    [InlineData(500, "CheckID \"service:web\" does not have associated TTL", typeof(ConsulNotFoundException), false)]
    [InlineData(405, "method GET not allowed", typeof(ConsulBadRequestException), true)]
    [InlineData(413, "Value for key \"k\" is too large", typeof(ConsulBadRequestException), true)]
    [InlineData(429, "Your IP is issuing too many concurrent connections", typeof(ConsulOverloadedException), false)]
    [InlineData(500, "No cluster leader", typeof(ConsulNoLeaderException), false)]
    [InlineData(500, "rpc error getting client: failed to get conn", typeof(ConsulNoLeaderException), false)]
    [InlineData(500, "raft apply failed: invalid session \"x\"", typeof(ConsulInvalidSessionException), false)]
    [InlineData(500, "boom", typeof(ConsulServerException), false)]
    [InlineData(503, "", typeof(ConsulServerException), false)]
    [InlineData(301, "", typeof(ConsulBadResponseException), false)]
    public async Task Call_ErrorStatus_ThrowsItsKindWithConsulsText(int status, string text, Type kind, bool configuration)
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Text(c, status, text));
        using ConsulClient client = Client(consul);
        var error = (ConsulException)await Assert.ThrowsAsync(kind, () => client.Agent.PassAsync("service:web"));
        Assert.Equal("PUT", error.Method);
        Assert.Equal("/v1/agent/check/pass/service%3Aweb", error.Path);
        Assert.Equal(status, error.Status);
        Assert.Equal(text, error.Text);
        Assert.Equal(configuration, error.IsConfiguration);
        Assert.Equal(
            text.Length == 0 ? $"PUT {error.Path} answered {status} without a text." : $"PUT {error.Path} answered {status}: {text}", error.Message);
    }

    [Theory]
    [InlineData("[{\"Service\":")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("<html></html>")]
    public async Task Query_BodyThatIsNotTheAnswer_ThrowsBadResponse(string body)
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, body, 5));
        using ConsulClient client = Client(consul);
        await Assert.ThrowsAsync<ConsulBadResponseException>(() => client.Health.ServiceAsync("web"));
    }

    [Fact]
    public async Task Query_IndexThatIsNoNumber_ThrowsBadResponse()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c =>
        {
            c.Response.Headers["X-Consul-Index"] = "-3";
            return FakeConsul.Json(c, "[]");
        });
        using ConsulClient client = Client(consul);
        ConsulBadResponseException error = await Assert.ThrowsAsync<ConsulBadResponseException>(() => client.Health.ServiceAsync("web"));
        Assert.Contains("'-3'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_BodyOverTheLimit_ThrowsBadResponse()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, $"[\"{new string('x', 3000)}\"]"));
        using ConsulClient client = Client(consul, o => o.MaxResponseBytes = 1024);
        ConsulBadResponseException error = await Assert.ThrowsAsync<ConsulBadResponseException>(() => client.Status.PeersAsync());
        Assert.Equal("The answer to GET /v1/status/peers has more than 1024 bytes.", error.Message);
    }

    [Fact]
    public async Task Query_ConnectionCutInTheBody_ThrowsUnreachable()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(async c =>
        {
            c.Response.ContentLength = 100;
            await c.Response.WriteAsync("[");
            await c.Response.Body.FlushAsync();
            c.Abort();
        });
        using ConsulClient client = Client(consul);
        await Assert.ThrowsAsync<ConsulUnreachableException>(() => client.Status.PeersAsync());
    }

    [Fact]
    public async Task Call_NobodyListens_ThrowsUnreachableThatNamesTheAddress()
    {
        FakeConsul consul = await FakeConsul.StartAsync(FakeConsul.Hang);
        string address = consul.Address;
        await consul.DisposeAsync();
        using var client = new ConsulClient(new ConsulClientOptions { Address = address });
        ConsulUnreachableException error = await Assert.ThrowsAsync<ConsulUnreachableException>(() => client.Status.LeaderAsync());
        Assert.Contains($"GET /v1/status/leader reached no agent: {address}: ", error.Message, StringComparison.Ordinal);
        Assert.Null(error.Status);
    }

    [Fact]
    public async Task Call_NoAnswer_ThrowsTimeoutAfterTheLimit()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(FakeConsul.Hang);
        var time = new ManualTimeProvider();
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address }, time: time);
        Task<string> call = client.Status.LeaderAsync();
        await Eventually.IsTrue(() => consul.Seen.Count == 1, "the request arrives");
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        ConsulTimeoutException error = await Assert.ThrowsAsync<ConsulTimeoutException>(() => call);
        Assert.Equal(TimeSpan.FromSeconds(10), error.Limit);
    }

    [Fact]
    public async Task Query_BodyTrickles_ThrowsTimeoutAfterWaitAndJitterAndSlack()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(async c =>
        {
            c.Response.ContentLength = 100;
            await c.Response.WriteAsync("[");
            await c.Response.Body.FlushAsync();
            await FakeConsul.Hang(c);
        });
        var time = new ManualTimeProvider();
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address }, time: time);
        Task call = client.Health.ServiceAsync("web", new QueryOptions { Index = 1, Wait = TimeSpan.FromSeconds(160) });
        await Eventually.IsTrue(() => consul.Seen.Count == 1, "the request arrives");
        time.Advance(TimeSpan.FromSeconds(179.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        ConsulTimeoutException error = await Assert.ThrowsAsync<ConsulTimeoutException>(() => call);
        Assert.Equal(TimeSpan.FromSeconds(180), error.Limit);
    }

    [Fact]
    public async Task Call_Cancelled_ThrowsCancellationAndClosesTheRequest()
    {
        var gone = new TaskCompletionSource();
        await using FakeConsul consul = await FakeConsul.StartAsync(async c =>
        {
            c.RequestAborted.Register(() => gone.TrySetResult());
            await FakeConsul.Hang(c);
        });
        using ConsulClient client = Client(consul);
        using var cancel = new CancellationTokenSource();
        Task call = client.Health.ServiceAsync("web", cancellation: cancel.Token);
        await Eventually.IsTrue(() => consul.Seen.Count == 1, "the request arrives");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Addresses_FirstIsDown_SecondAnswersAndIsKept()
    {
        FakeConsul down = await FakeConsul.StartAsync(FakeConsul.Hang);
        string dead = down.Address;
        await down.DisposeAsync();
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "\"10.0.0.1:8300\""));
        using var client = new ConsulClient(new ConsulClientOptions { Addresses = [dead, consul.Address] });
        Assert.Equal(dead, client.CurrentAddress);
        Assert.Equal("10.0.0.1:8300", await client.Status.LeaderAsync());
        Assert.Equal(consul.Address, client.CurrentAddress);
    }

    [Fact]
    public async Task Addresses_WriteBrokenAfterSending_IsNotSentToAnotherAgent()
    {
        await using FakeConsul first = await FakeConsul.StartAsync(c =>
        {
            c.Abort();
            return Task.CompletedTask;
        });
        await using FakeConsul second = await FakeConsul.StartAsync(_ => Task.CompletedTask);
        using var client = new ConsulClient(new ConsulClientOptions { Addresses = [first.Address, second.Address] });
        await Assert.ThrowsAsync<ConsulUnreachableException>(() => client.Agent.PassAsync("c"));
        Assert.Empty(second.Seen);
        await client.Agent.PassAsync("c");
        Assert.Single(second.Seen);
    }

    [Fact]
    public async Task Addresses_FirstHasNoLeader_NextCallAsksTheSecond()
    {
        await using FakeConsul first = await FakeConsul.StartAsync(c => FakeConsul.Text(c, 500, "No cluster leader"));
        await using FakeConsul second = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[]"));
        using var client = new ConsulClient(new ConsulClientOptions { Addresses = [first.Address, second.Address] });
        await Assert.ThrowsAsync<ConsulNoLeaderException>(() => client.Status.PeersAsync());
        Assert.Empty(await client.Status.PeersAsync());
    }

    [Fact]
    public async Task Address_UnixSocket_IsSpokenTo()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hb-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task serve = Task.Run(async () =>
        {
            using Socket peer = await listener.AcceptAsync();
            var buffer = new byte[4096];
            await peer.ReceiveAsync(buffer);
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"u8.ToArray());
        });
        using var client = new ConsulClient(new ConsulClientOptions { Address = "unix://" + path });
        Assert.Empty(await client.Status.PeersAsync());
        await serve;
        File.Delete(path);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("")]
    public async Task Id_ThatAPathWouldChange_IsRefusedBeforeSending(string id)
    {
        using var client = new ConsulClient(new ConsulClientOptions());
        await Assert.ThrowsAsync<ArgumentException>(() => client.Agent.DeregisterServiceAsync(id));
    }

    private static ConsulClient Client(FakeConsul consul, Action<ConsulClientOptions>? configure = null)
    {
        var options = new ConsulClientOptions { Address = consul.Address };
        configure?.Invoke(options);
        return new ConsulClient(options);
    }
}
