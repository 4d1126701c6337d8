using System.Text;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul.Tests.Endpoints;

/// <summary>Every call sends exactly the request that Consul's API asks for.</summary>
public sealed class EndpointCallTests
{
    private const string Session = "78e5df81-a83c-4788-476b-5105b4198d69";
    private const string SessionBody = $$"""[{"ID":"{{Session}}","Name":"","Node":"node-1","LockDelay":15000000000,"Behavior":"release","TTL":"10s","NodeChecks":[],"ServiceChecks":null,"CreateIndex":1,"ModifyIndex":1}]""";
    private const string EventBody = """{"ID":"e","Name":"deploy","Payload":"cGF5","NodeFilter":"","ServiceFilter":"","TagFilter":"","Version":1,"LTime":0}""";
    private static readonly byte[] Value = "v"u8.ToArray();

    public static TheoryData<string, string, string, Func<ConsulClient, Task>> Calls() => new()
    {
        { "PUT /v1/agent/service/register", """{"Name":"web"}""", "", c => c.Agent.RegisterServiceAsync(new AgentServiceRegistration { Name = "web" }) },
        { "PUT /v1/agent/service/register?replace-existing-checks", """{"Name":"web"}""", "", c => c.Agent.RegisterServiceAsync(new AgentServiceRegistration { Name = "web" }, replaceExistingChecks: true) },
        { "PUT /v1/agent/service/deregister/web-1", "", "", c => c.Agent.DeregisterServiceAsync("web-1") },
        { "PUT /v1/agent/service/maintenance/web-1?enable=false", "", "", c => c.Agent.SetServiceMaintenanceAsync("web-1", enable: false) },
        { "PUT /v1/agent/maintenance?enable=true&reason=r", "", "", c => c.Agent.SetNodeMaintenanceAsync(enable: true, "r") },
        { "PUT /v1/agent/check/register", """{"ID":"c","ServiceID":"web-1","Name":"n","TTL":"10s"}""", "", c => c.Agent.RegisterCheckAsync(new AgentCheckRegistration { ID = "c", Name = "n", ServiceID = "web-1", TTL = TimeSpan.FromSeconds(10) }) },
        { "PUT /v1/agent/check/deregister/c", "", "", c => c.Agent.DeregisterCheckAsync("c") },
        { "PUT /v1/agent/check/update/c", """{"Status":"warning","Output":"o"}""", "", c => c.Agent.UpdateCheckAsync("c", CheckStatus.Warning, "o") },
        { "PUT /v1/agent/check/pass/c", "", "", c => c.Agent.PassAsync("c") },
        { "PUT /v1/agent/check/warn/c?note=n", "", "", c => c.Agent.WarnAsync("c", "n") },
        { "PUT /v1/agent/check/fail/c?note=n", "", "", c => c.Agent.FailAsync("c", "n") },
        { "GET /v1/agent/services?filter=Port%20%21%3D%201", "", "{}", c => c.Agent.ServicesAsync("Port != 1") },
        { "GET /v1/agent/service/web-1?hash=h&wait=5s", "", "{}", c => c.Agent.ServiceAsync("web-1", new QueryOptions { Hash = "h", Wait = TimeSpan.FromSeconds(5) }) },
        { "GET /v1/agent/checks", "", "{}", c => c.Agent.ChecksAsync() },
        { "GET /v1/agent/health/service/id/web-1", "", "{}", c => c.Agent.ServiceHealthByIdAsync("web-1") },
        { "GET /v1/agent/health/service/name/web", "", "[]", c => c.Agent.ServiceHealthByNameAsync("web") },
        { "GET /v1/agent/self", "", "{}", c => c.Agent.SelfAsync() },
        { "GET /v1/agent/members?wan=true", "", "[]", c => c.Agent.MembersAsync(wan: true) },
        { "GET /v1/health/checks/web", "", "[]", c => c.Health.ChecksAsync("web") },
        { "GET /v1/health/node/node-1?consistent", "", "[]", c => c.Health.NodeAsync("node-1", new QueryOptions { Consistency = Consistency.Consistent }) },
        { "GET /v1/health/state/any", "", "[]", c => c.Health.StateAsync("any") },
        { "GET /v1/catalog/datacenters", "", "[]", c => c.Catalog.DatacentersAsync() },
        { "GET /v1/catalog/nodes?dc=dc9", "", "[]", c => c.Catalog.NodesAsync(new QueryOptions { Datacenter = "dc9" }) },
        { "GET /v1/catalog/services", "", "{}", c => c.Catalog.ServicesAsync() },
        { "GET /v1/catalog/service/web?tag=t", "", "[]", c => c.Catalog.ServiceAsync("web", tags: ["t"]) },
        { "GET /v1/catalog/node/node-1", "", "null", c => c.Catalog.NodeAsync("node-1") },
        { "PUT /v1/catalog/register", """{"Node":"ext","Address":"10.0.0.1","SkipNodeUpdate":true}""", "true", c => c.Catalog.RegisterAsync(new CatalogRegistration { Node = "ext", Address = "10.0.0.1", SkipNodeUpdate = true }) },
        { "PUT /v1/catalog/deregister", """{"Node":"ext"}""", "true", c => c.Catalog.DeregisterAsync(new CatalogDeregistration { Node = "ext" }) },
        { "GET /v1/status/leader", "", "\"\"", c => c.Status.LeaderAsync() },
        { "GET /v1/status/peers", "", "[]", c => c.Status.PeersAsync() },
        { "GET /v1/kv/a/b%20c%3Fd", "", "[]", c => c.Kv.GetAsync("a/b c?d") },
        { "GET /v1/kv/a/?index=3&wait=1s&recurse", "", "[]", c => c.Kv.ListAsync("a/", new QueryOptions { Index = 3, Wait = TimeSpan.FromSeconds(1) }) },
        { "GET /v1/kv/?keys&separator=%2F", "", "[]", c => c.Kv.KeysAsync("", "/") },
        { "PUT /v1/kv/k?flags=18446744073709551615", "v", "true", c => c.Kv.PutAsync("k", Value, ulong.MaxValue) },
        { "PUT /v1/kv/k?cas=0", "v", "true", c => c.Kv.CompareAndSetAsync("k", Value, 0) },
        { $"PUT /v1/kv/k?acquire={Session}", "v", "true", c => c.Kv.AcquireAsync("k", Value, Session) },
        { $"PUT /v1/kv/k?flags=4&release={Session}", "v", "true", c => c.Kv.ReleaseAsync("k", Value, Session, 4) },
        { "DELETE /v1/kv/k", "", "true", c => c.Kv.DeleteAsync("k") },
        { "DELETE /v1/kv/k?cas=7", "", "true", c => c.Kv.CompareAndDeleteAsync("k", 7) },
        { "DELETE /v1/kv/a/?recurse", "", "true", c => c.Kv.DeleteTreeAsync("a/") },
        { "PUT /v1/session/create", """{"Name":"n","LockDelay":"1s","Behavior":"delete","TTL":"10s","NodeChecks":[]}""", """{"ID":"x"}""", c => c.Sessions.CreateAsync(new SessionRequest { Name = "n", LockDelay = TimeSpan.FromSeconds(1), Behavior = SessionBehavior.Delete, TTL = "10s", NodeChecks = [] }) },
        { $"PUT /v1/session/renew/{Session}", "", SessionBody, c => c.Sessions.RenewAsync(Session) },
        { $"PUT /v1/session/destroy/{Session}", "", "true", c => c.Sessions.DestroyAsync(Session) },
        { $"GET /v1/session/info/{Session}", "", SessionBody, c => c.Sessions.InfoAsync(Session) },
        { "GET /v1/session/list", "", "[]", c => c.Sessions.ListAsync() },
        { "GET /v1/session/node/node-1", "", "[]", c => c.Sessions.NodeAsync("node-1") },
        { "PUT /v1/txn", """[{"KV":{"Verb":"set","Key":"k","Value":"dg==","Flags":7}}]""", """{"Results":[],"Errors":null}""", c => c.Txn.ApplyAsync([new TxnOp { KV = new TxnKVOp { Verb = "set", Key = "k", Value = Value, Flags = 7 } }]) },
        { "PUT /v1/event/fire/deploy?node=n&service=s&tag=t", "pay", EventBody, c => c.Events.FireAsync("deploy", "pay"u8.ToArray(), "n", "s", "t") },
        { "GET /v1/event/list?name=deploy", "", $"[{EventBody}]", c => c.Events.ListAsync("deploy") },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_SendsItsRequest(string line, string body, string answer, Func<ConsulClient, Task> call)
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => answer.Length == 0 ? Task.CompletedTask : FakeConsul.Json(c, answer, 5));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        await call(client);
        SeenRequest seen = Assert.Single(consul.Seen);
        Assert.Equal((line, body), ($"{seen.Method} {seen.Target}", seen.Body));
    }

    [Fact]
    public async Task HealthService_OwnReader_GetsTheBytes()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "[1,2]", 5));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        QueryResult<string> result = await client.Health.ServiceAsync("web", Encoding.UTF8.GetString, tags: ["t"]);
        Assert.Equal(("[1,2]", 5UL), (result.Value, result.Index));
        Assert.Equal("/v1/health/service/web?tag=t", Assert.Single(consul.Targets("GET")));
    }

    [Fact]
    public async Task HealthService_OwnReaderFindsNoJson_ThrowsBadResponse()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "", 5));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        await Assert.ThrowsAsync<ConsulBadResponseException>(
            () => client.Health.ServiceAsync<int>("web", body => System.Text.Json.JsonSerializer.Deserialize<int>(body)));
    }

    [Fact]
    public async Task KvGet_NoEntry_IsNullWithTheIndexToWaitOn()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(c, "", 164, status: 404));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        QueryResult<KVPair?> one = await client.Kv.GetAsync("k");
        Assert.Equal((null, 164UL), (one.Value, one.Index));
        Assert.Empty((await client.Kv.ListAsync("k/")).Value);
        Assert.Empty((await client.Kv.KeysAsync("k/")).Value);
    }

    [Fact]
    public async Task KvPrefix_GoesBeforeEveryKeyAndIsTakenOffAnswers()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(c => FakeConsul.Json(
            c,
            c.Request.Path.StartsWithSegments("/v1/txn")
                ? """{"Results":[{"KV":{"LockIndex":0,"Key":"hb/a","Flags":0,"Value":null,"CreateIndex":1,"ModifyIndex":1}}],"Errors":null}"""
                : c.Request.Query.ContainsKey("keys") ? """["hb/a","hb/b/"]"""
                : """[{"LockIndex":0,"Key":"hb/a","Flags":0,"Value":"dg==","CreateIndex":1,"ModifyIndex":1}]""",
            5));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address, KvPrefix = "hb/" });
        Assert.Equal("a", (await client.Kv.GetAsync("a")).Value!.Key);
        Assert.Equal("v", Encoding.UTF8.GetString((await client.Kv.ListAsync("")).Value[0].Value!));
        Assert.Equal(["a", "b/"], (await client.Kv.KeysAsync("", "/")).Value);
        TxnResponse txn = await client.Txn.ApplyAsync([new TxnOp { KV = new TxnKVOp { Verb = "get", Key = "a" } }]);
        Assert.Equal("a", txn.Results![0].KV!.Key);
        Assert.Equal(["/v1/kv/hb/a", "/v1/kv/hb/?recurse", "/v1/kv/hb/?keys&separator=%2F"], consul.Targets("GET"));
        Assert.Equal("""[{"KV":{"Verb":"get","Key":"hb/a"}}]""", consul.Seen[^1].Body);
    }

    [Fact]
    public async Task Txn_Refused_IsAnAnswerWithTheOperations()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(
            c => FakeConsul.Json(c, """{"Results":null,"Errors":[{"OpIndex":1,"What":"failed to set key \"a\", index is stale"}]}""", status: 409));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        TxnResponse answer = await client.Txn.ApplyAsync([]);
        Assert.False(answer.Committed);
        Assert.Equal(new TxnError { OpIndex = 1, What = "failed to set key \"a\", index is stale" }, Assert.Single(answer.Errors!));
    }

    [Theory]
    [InlineData(200, "passing")]
    [InlineData(429, "warning")]
    [InlineData(503, "critical")]
    public async Task AgentHealth_StatusIsPartOfTheAnswer(int status, string aggregate)
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(
            c => FakeConsul.Json(c, $$"""{"AggregatedStatus":"{{aggregate}}","Service":null,"Checks":null}""", status: status));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        Assert.Equal(aggregate, (await client.Agent.ServiceHealthByIdAsync("web"))!.AggregatedStatus);
    }

    [Fact]
    public async Task AgentHealth_UnknownInstance_IsNull()
    {
        await using FakeConsul consul = await FakeConsul.StartAsync(
            c => FakeConsul.Json(c, """{"AggregatedStatus":"critical","Service":null,"Checks":null}""", status: 404));
        using var client = new ConsulClient(new ConsulClientOptions { Address = consul.Address });
        Assert.Null(await client.Agent.ServiceHealthByIdAsync("web"));
        Assert.Empty(await client.Agent.ServiceHealthByNameAsync("web"));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("..")]
    [InlineData("")]
    public async Task KvPut_KeyThatAPathWouldChange_IsRefused(string key)
    {
        using var client = new ConsulClient(new ConsulClientOptions());
        await Assert.ThrowsAsync<ArgumentException>(() => client.Kv.PutAsync(key, Value));
    }
}
