using System.Net;
using System.Net.WebSockets;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Failures;

/// <summary>An operator drains a node of a running gateway.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Drain_ByTheAdminApi_MovesItsKeysLetsRequestsFinishAndEndsStreams()
    {
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), "--HashBalancer:Pools:demo:StreamDrainTime=00:00:01",
            "--HashBalancer:Pools:demo:BoundFactor=0");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 3);
        try
        {
            string[] keys = [.. Enumerable.Range(0, 60).Select(i => $"user-{i}")];
            Dictionary<string, string> before = await Owners(gateway, keys);
            string mine = before.First(pair => pair.Value == "n-1").Key;
            using ClientWebSocket socket = await Connect(gateway, mine);
            using HttpResponseMessage events = await Events(gateway, mine);
            await using Stream body = await events.Content.ReadAsStreamAsync();
            Assert.Equal('d', body.ReadByte());
            Task<HttpResponseMessage> slow = gateway.Get("/held", mine);
            await Eventually.IsTrue(() => nodes[1].Held == 1, "the slow request is at the node");

            Assert.Equal((HttpStatusCode.OK, """{"pool":"demo","node":"n-1","state":"Draining"}"""), await Post(gateway, "n-1/drain"));

            Dictionary<string, string> during = await Owners(gateway, keys);
            Assert.DoesNotContain("n-1", during.Values);
            Assert.All(keys, key => Assert.Equal(before[key] == "n-1", during[key] != before[key]));
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_streams_ended_total", "reason=\"draining\"") == 2, "both streams are ended", TimeSpan.FromSeconds(30));
            await Assert.ThrowsAnyAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[16], CancellationToken.None));
            await Assert.ThrowsAnyAsync<IOException>(() => Drained(body));
            Assert.False(slow.IsCompleted);
            nodes[1].Release();
            using (HttpResponseMessage finished = await slow)
                Assert.Equal("n-1", await finished.Content.ReadAsStringAsync());

            Assert.Equal((HttpStatusCode.OK, """{"pool":"demo","node":"n-1","state":"Up"}"""), await Post(gateway, "n-1/undrain"));
            Assert.Equal(before, await Owners(gateway, keys));
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Drain_NodeThatIsNoneOrPageOfAnotherOrigin_IsRefused()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        Assert.Equal((HttpStatusCode.NotFound, """{"title":"Not Found","status":404,"detail":"Pool 'demo' has no node 'n-9'."}"""), await Post(gateway, "n-9/drain"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(gateway, "n-9/drain", "https://evil.example")).Item1);
    }

    [Fact]
    public async Task SlowStart_NodeJoins_GrowsToItsWholeShare()
    {
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), "--HashBalancer:Pools:demo:SlowStart=00:00:02");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 1);
        await using FickleNode joining = new("joining");
        try
        {
            await joining.JoinAsync(gateway);
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes_starting") == 1, "the newcomer starts slowly");
            await Eventually.IsTrue(async () => await gateway.Metric("hashbalancer_nodes_starting") == 0, "the newcomer has its whole share", TimeSpan.FromSeconds(30));
            Dictionary<string, string> owners = await Owners(gateway, [.. Enumerable.Range(0, 200).Select(i => $"user-{i}")]);
            Assert.InRange(owners.Values.Count(owner => owner == "joining"), 60, 140);
        }
        finally
        {
            await nodes[0].DisposeAsync();
        }
    }

    private static async Task<ClientWebSocket> Connect(RunningGateway gateway, string user)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-User-Id", user);
        await socket.ConnectAsync(new Uri($"ws://{gateway.Proxy.Authority}/socket"), CancellationToken.None);
        return socket;
    }

    private static Task<HttpResponseMessage> Events(RunningGateway gateway, string user)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Proxy, "/events"));
        request.Headers.Add("X-User-Id", user);
        request.Headers.Add("Accept", "text/event-stream");
        return gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task Drained(Stream body)
    {
        byte[] buffer = new byte[64];
        while (await body.ReadAsync(buffer) > 0)
        {
        }
    }

    private static async Task<(HttpStatusCode, string)> Post(RunningGateway gateway, string command, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Admin, $"/api/v1/pools/demo/nodes/{command}"));
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await gateway.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<Dictionary<string, string>> Owners(RunningGateway gateway, string[] keys)
    {
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            using HttpResponseMessage response = await gateway.Get("/items/1", key);
            owners.Add(key, await response.Content.ReadAsStringAsync());
        }

        return owners;
    }
}
