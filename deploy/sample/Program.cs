// A YARP application that uses HashBalancer's packages: the policy ConsistentHash for destinations of its own, and the whole data plane for a pool whose
// nodes it publishes itself. It asks itself a few requests, says what came of them, and ends.
using System.Collections.Frozen;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Yarp.ReverseProxy.Configuration;

Uri[] nodes = [await Node("node-1"), await Node("node-2"), await Node("node-3")];

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--urls", "http://127.0.0.1:0"] });
builder.Logging.ClearProviders();
builder.Services.AddReverseProxy().LoadFromMemory(
    [
        new RouteConfig { RouteId = "plain", ClusterId = "plain", Match = new RouteMatch { Path = "/plain/{**rest}" } },
        new RouteConfig { RouteId = "pool", ClusterId = "pool", Match = new RouteMatch { Path = "/pool/{**rest}" } },
    ],
    [
        new ClusterConfig
        {
            ClusterId = "plain",
            LoadBalancingPolicy = ConsistentHashPolicy.PolicyName,
            Metadata = new Dictionary<string, string> { [ConsistentHashPolicy.HashKeys] = "header:X-User-Id" },
            Destinations = nodes.Select((node, i) => (Id: $"node-{i + 1}", node)).ToDictionary(one => one.Id, one => new DestinationConfig { Address = one.node.ToString() }),
        },
        new ClusterConfig { ClusterId = "pool" },
    ]).AddHashBalancer();

var app = builder.Build();
app.MapReverseProxy(pipeline =>
{
    pipeline.UseHashBalancer();
    pipeline.UseSessionAffinity();
    pipeline.UseLoadBalancing();
    pipeline.UsePassiveHealthChecks();
});

// Without Consul: the pool's policy, and one snapshot of its nodes.
HashKeyChain.TryParse(["header:X-User-Id"], out HashKeyChain keys, out _);
app.Services.GetRequiredService<PoolPolicies>().Replace(new Dictionary<string, PoolPolicy> { ["pool"] = new() { HashKeys = keys } });
LoadTable loads = app.Services.GetRequiredService<LoadTable>();
Node[] members = [.. nodes.Select((node, i) => new Node($"node-{i + 1}", node.Host, node.Port, 1, NodeState.Up, loads.Of("pool", $"node-{i + 1}")))];
var view = new PoolSnapshot("pool", MembershipSource.Registry, [.. members], HashRing.Build(members.Select(node => new RingMember(node.Id, node.Weight))));
app.Services.GetRequiredService<SnapshotStore>().Publish(
    new Snapshot(1, new Dictionary<string, PoolSnapshot> { ["pool"] = view }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase)));

await app.StartAsync();
using var client = new HttpClient { BaseAddress = Address(app) };
foreach (string user in (string[])["alice", "bob", "carol", "dave"])
{
    client.DefaultRequestHeaders.Remove("X-User-Id");
    client.DefaultRequestHeaders.Add("X-User-Id", user);
    string plain = await client.GetStringAsync("/plain/1"), pool = await client.GetStringAsync("/pool/1");
    Console.WriteLine($"{user}: {plain} by the policy, {pool} by the data plane");
    // One ring: both must say the same.
    if (plain != pool || pool != await client.GetStringAsync("/pool/2"))
        return 1;
}

return 0;

static async Task<Uri> Node(string id)
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--urls", "http://127.0.0.1:0"] });
    builder.Logging.ClearProviders();
    var app = builder.Build();
    app.MapFallback(() => id);
    await app.StartAsync();
    return Address(app);
}

static Uri Address(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
