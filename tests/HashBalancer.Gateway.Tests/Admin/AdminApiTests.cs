using System.Net;
using System.Text.Json;
using HashBalancer.Gateway.Tests.Support;

namespace HashBalancer.Gateway.Tests.Admin;

/// <summary>What the admin API tells and changes, on a whole gateway.</summary>
public sealed class AdminApiTests
{
    [Fact]
    public async Task Pools_TwoNodes_TellStateSharesAndCounts()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        await gateway.Register("n-0", 9001);
        await gateway.Register("n-1", 9002, ""","Weights":{"Passing":3,"Warning":1}""");

        JsonElement pools = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools")).Body;
        JsonElement pool = Assert.Single(pools.GetProperty("pools").EnumerateArray()).GetProperty("pool");
        Assert.Equal(("demo", 2, 0, "Registry"), (pool.GetProperty("name").GetString(), pool.GetProperty("up").GetInt32(), pool.GetProperty("down").GetInt32(), pool.GetProperty("source").GetString()));
        Assert.Equal("Reachable", pools.GetProperty("registry").GetString());
        JsonElement[] nodes = [.. (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/DEMO/nodes")).Body.GetProperty("nodes").EnumerateArray()];
        Assert.Equal(["n-0", "n-1"], nodes.Select(node => node.GetProperty("id").GetString()));
        Assert.Equal([1.0, 3.0], nodes.Select(node => node.GetProperty("weight").GetDouble()));
        Assert.Equal(1, nodes.Sum(node => node.GetProperty("share").GetDouble()), 9);
        Assert.InRange(nodes[1].GetProperty("share").GetDouble(), 0.65, 0.85);
        Assert.Equal("http://127.0.0.1:9002/", (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/nodes/n-1")).Body.GetProperty("address").GetString());
        JsonElement ring = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/ring")).Body;
        Assert.Equal(4 * 320, ring.GetProperty("points").GetInt32());
        Assert.Equal(nodes.Select(node => node.GetProperty("share").GetDouble()), ring.GetProperty("shares").EnumerateArray().Select(share => share.GetProperty("share").GetDouble()));
    }

    [Fact]
    public async Task Configuration_InForce_ShowsDefaultsAndMasksSecrets()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start(
            "--HashBalancer:Admin:Token=correct-horse-battery-staple",
            "--HashBalancer:Pools:demo:BoundFactor=1.5",
            "--ReverseProxy:Routes:items:ClusterId=demo",
            "--ReverseProxy:Routes:items:Match:Path=/keyed/{**rest}",
            "--ReverseProxy:Routes:items:Transforms:0:RequestHeader=X-Api-Key",
            "--ReverseProxy:Routes:items:Transforms:0:Set=hunter2");

        using HttpResponseMessage answer = await gateway.Send(HttpMethod.Get, "/api/v1/configuration", token: "correct-horse-battery-staple");
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Dictionary<string, JsonElement> settings = JsonDocument.Parse(text).RootElement.EnumerateArray().ToDictionary(one => one.GetProperty("key").GetString()!, StringComparer.Ordinal);

        Assert.Equal(("1.5", false), Of("HashBalancer:Pools:demo:BoundFactor"));
        Assert.Equal(("3", true), Of("HashBalancer:Pools:demo:BoundSlack"));
        Assert.Equal(("********", false), Of("HashBalancer:Admin:Token"));
        Assert.Equal(("********", false), Of("ReverseProxy:Routes:items:Transforms:0:Set"));
        Assert.Equal((null, true), Of("HashBalancer:Consul:Token"));
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", text, StringComparison.Ordinal);

        (string?, bool) Of(string key) => (settings[key].GetProperty("value").GetString(), settings[key].GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public async Task LogLevels_SetAndTakenBack_CountAtOnceAndAreAudited()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();

        JsonElement set = (await gateway.Ask(HttpMethod.Put, "/api/v1/log-levels", """{"category":"HashBalancer.Control","level":"debug"}""")).Body;
        Assert.Equal("Debug", set.GetProperty("changed").GetProperty("HashBalancer.Control").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/log-levels", """{"category":"A:B","level":"Debug"}""")).Status);
        JsonElement cleared = (await gateway.Ask(HttpMethod.Delete, "/api/v1/log-levels")).Body;
        Assert.Empty(cleared.GetProperty("changed").EnumerateObject());

        JsonElement[] audit = [.. (await gateway.Ask(HttpMethod.Get, "/api/v1/audit")).Body.EnumerateArray()];
        Assert.Equal(
            [("reset-log-levels", null, 200), ("set-log-level", "A:B=Debug", 400), ("set-log-level", "HashBalancer.Control=debug", 200)],
            audit.Select(one => (one.GetProperty("action").GetString(), one.GetProperty("value").GetString(), one.GetProperty("result").GetInt32())));
        Assert.All(audit, one => Assert.Equal("127.0.0.1", one.GetProperty("client").GetString()));
    }

    [Fact]
    public async Task OpenApi_Document_DescribesEveryOperation()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();

        JsonElement document = (await gateway.Ask(HttpMethod.Get, "/api/v1/openapi.json")).Body;

        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        JsonElement drain = document.GetProperty("paths").GetProperty("/api/v1/pools/{pool}/nodes/{node}/drain").GetProperty("post");
        Assert.Equal(["pool", "node"], drain.GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        JsonElement change = document.GetProperty("paths").GetProperty("/api/v1/log-levels").GetProperty("put").GetProperty("requestBody");
        Assert.Equal(["category", "level"], change.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").EnumerateObject().Select(one => one.Name));
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            // Every path that it names is there, and answers its methods alone.
            (HttpStatusCode status, _) = await gateway.Ask(HttpMethod.Patch, path.Name.Replace("{pool}", "demo", StringComparison.Ordinal).Replace("{node}", "n", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, status);
        }
    }
}
