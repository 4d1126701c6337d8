using System.Net;
using System.Text.Json;
using HashBalancer.Gateway.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Tests.Admin;

/// <summary>What operators order by the admin API: weights, arcs, whether load moves arcs.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task Weight_OrderedAndTakenBack_IsInForceAtOnceAndGoesBeforeTheRegistry()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        await gateway.Register("n-0", 9001);
        await gateway.Register("n-1", 9002);

        JsonElement set = (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/DEMO/nodes/n-0/weight", """{"weight":0}""")).Body;
        Assert.Equal(("demo", 0.0, 0.0), (set.GetProperty("pool").GetString(), set.GetProperty("weight").GetDouble(), set.GetProperty("ordered").GetDouble()));
        Assert.Equal(1, ShareOf(gateway, "n-1"));
        await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/nodes/n-0/weight", """{"weight":3}""");
        Assert.InRange(ShareOf(gateway, "n-0"), 0.65, 0.85);
        JsonElement reset = (await gateway.Ask(HttpMethod.Delete, "/api/v1/pools/demo/nodes/n-0/weight")).Body;
        Assert.Equal((1.0, JsonValueKind.Null), (reset.GetProperty("weight").GetDouble(), reset.GetProperty("ordered").ValueKind));

        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/nodes/n-0/weight", """{"weight":1001}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/nodes/n-0/weight", """{"weight":"NaN"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/nodes/n-9/weight", """{"weight":1}""")).Status);
        JsonElement[] audit = [.. (await gateway.Ask(HttpMethod.Get, "/api/v1/audit")).Body.EnumerateArray()];
        Assert.Equal([404, 400, 400, 200, 200, 200], audit.Select(one => one.GetProperty("result").GetInt32()));
    }

    [Fact]
    public async Task Override_OfAKeysArc_GivesItToTheNodeUntilTakenBack()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start();
        await gateway.Register("n-0", 9001);
        await gateway.Register("n-1", 9002);
        string owner = Owner(gateway, "alice"), other = owner == "n-0" ? "n-1" : "n-0";

        (HttpStatusCode status, JsonElement set) = await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/overrides", $$"""{"key":"alice","node":"{{other}}"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement only = Assert.Single(set.GetProperty("overrides").EnumerateArray());
        Assert.Equal((other, true), (only.GetProperty("node").GetString(), only.GetProperty("isInForce").GetBoolean()));
        Assert.Equal(other, Owner(gateway, "alice"));
        JsonElement explained = (await gateway.Ask(HttpMethod.Get, "/api/v1/pools/demo/explain?key=alice")).Body;
        Assert.Equal((other, owner, true), (explained.GetProperty("owner").GetString(), explained.GetProperty("home").GetString(), explained.GetProperty("arc").GetProperty("isOverride").GetBoolean()));
        uint first = only.GetProperty("first").GetUInt32(), last = only.GetProperty("last").GetUInt32();
        Assert.Equal(HttpStatusCode.Conflict, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/overrides", $$"""{"first":{{first}},"last":{{last + 1}},"node":"n-0"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/overrides", """{"node":"n-0"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/demo/overrides", """{"key":"alice","node":"n-9"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Ask(HttpMethod.Delete, $"/api/v1/pools/demo/overrides?first={first}&last={last + 1}")).Status);

        Assert.Equal(HttpStatusCode.OK, (await gateway.Ask(HttpMethod.Delete, "/api/v1/pools/demo/overrides?key=alice")).Status);
        Assert.Equal(owner, Owner(gateway, "alice"));
        Assert.Empty(gateway.Server.Snapshots.Current.Pools["demo"].Ring.Overrides);
    }

    [Fact]
    public async Task Rebalancing_OrderedForOneAndForAll_IsToldByPool()
    {
        await using GatewayUnderTest gateway = await GatewayUnderTest.Start("--HashBalancer:Pools:other:Service=other");

        Assert.Equal(("Observe", "Observe", "Observe", null), await Modes(gateway, HttpMethod.Get, ""));
        Assert.Equal(("Observe", "Off", "Off", "Off"), await Modes(gateway, HttpMethod.Put, "", """{"mode":"Off"}"""));
        Assert.Equal(("Observe", "On", "Off", "Off"), await Modes(gateway, HttpMethod.Put, "pools/demo/", """{"mode":"On"}"""));
        Assert.Equal(("Observe", "On", "Observe", null), await Modes(gateway, HttpMethod.Delete, ""));
        Assert.Equal(("Observe", "Observe", "Observe", null), await Modes(gateway, HttpMethod.Delete, "pools/demo/"));
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/rebalancing", """{"mode":"Sometimes"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.Ask(HttpMethod.Put, "/api/v1/rebalancing", """{"mode":7}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Ask(HttpMethod.Put, "/api/v1/pools/none/rebalancing", """{"mode":"On"}""")).Status);
    }

    [Fact]
    public async Task Orders_OfAnotherGateway_AreFollowed()
    {
        await using GatewayUnderTest one = await GatewayUnderTest.Start();
        await one.Register("n-0", 9001);
        await one.Register("n-1", 9002);
        await using GatewayUnderTest other = await GatewayUnderTest.Start($"--HashBalancer:Consul:Address={one.Registry}");

        await one.Ask(HttpMethod.Put, "/api/v1/pools/demo/nodes/n-0/weight", """{"weight":0}""");

        await HashBalancer.Testing.Eventually.IsTrue(
            () => other.Server.Snapshots.Current.Pools["demo"].Nodes.FirstOrDefault(node => node.Id == "n-0")?.Weight == 0, "the other gateway follows", TimeSpan.FromSeconds(30));
    }

    private static async Task<(string?, string?, string?, string?)> Modes(GatewayUnderTest gateway, HttpMethod method, string of, string? body = null)
    {
        JsonElement modes = (await gateway.Ask(method, $"/api/v1/{of}rebalancing", body)).Body;
        JsonElement pools = modes.GetProperty("pools");
        return (modes.GetProperty("configured").GetString(), pools.GetProperty("demo").GetString(), pools.GetProperty("other").GetString(), modes.GetProperty("ordered").GetString());
    }

    private static string Owner(GatewayUnderTest gateway, string key) => gateway.Server.Snapshots.Current.Pools["demo"].Owner(KeyHash.Of(key))!.Id;

    private static double ShareOf(GatewayUnderTest gateway, string node)
    {
        HashRing ring = gateway.Server.Snapshots.Current.Pools["demo"].Ring;
        return ring.TryGetSlot(node, out int slot) ? ring.ShareAt(slot) : 0;
    }
}
