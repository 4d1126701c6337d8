using System.Net;
using System.Text.Json;
using HashBalancer.Gateway.Tests.Support;

namespace HashBalancer.Gateway.Tests.Admin;

/// <summary>What would happen, and what did happen, to a request with a key.</summary>
public sealed class ProfileTests
{
    [Fact]
    public async Task Profile_RequestThatComes_TellsItsWayWithTimes()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        await using WebNode one = await WebNode.Start("n-0", gateway), other = await WebNode.Start("n-1", gateway);
        using var client = new HttpClient { BaseAddress = gateway.Server.ProxyAddress };
        string owner = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/explain?key=alice")).Body.GetProperty("owner").GetString()!;
        (owner == "n-0" ? one : other).IsBroken = true;

        Task<(HttpStatusCode Status, JsonElement Body)> profile = gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/profile?key=alice&wait=30");
        while (!profile.IsCompleted)
            await Get(client, "alice");

        JsonElement report = (await profile).Body;
        Assert.Equal(owner, report.GetProperty("explanation").GetProperty("owner").GetString());
        JsonElement request = report.GetProperty("request");
        JsonElement[] tries = [.. request.GetProperty("tries").EnumerateArray()];
        Assert.Equal([(owner, "owner", "failed", "node-disconnected"), (owner == "n-0" ? "n-1" : "n-0", "successor", "2xx", null)],
            tries.Select(one => (one.GetProperty("node").GetString(), one.GetProperty("reason").GetString(), one.GetProperty("outcome").GetString(), one.GetProperty("error").GetString())));
        Assert.InRange(tries.Sum(one => one.GetProperty("tookSeconds").GetDouble()), 0, request.GetProperty("totalSeconds").GetDouble());
    }

    [Fact]
    public async Task Profile_NoRequestComes_TellsWhatWouldHappen()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        await gateway.Register("n-0", 9001);

        JsonElement report = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/profile?key=alice&wait=0.05")).Body;

        Assert.Equal("n-0", report.GetProperty("explanation").GetProperty("node").GetString());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("request").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/none/profile?key=alice")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/profile")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/profile?key=a&wait=61")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/profile?key=a&wait=long")).Status);
    }

    private static async Task Get(HttpClient client, string user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/1");
        request.Headers.Add("X-User-Id", user);
        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
