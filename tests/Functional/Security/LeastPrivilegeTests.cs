using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Security;

/// <summary>The policies of deploy/consul are enough for a gateway and an agent, and give nothing else.</summary>
public sealed class LeastPrivilegeTests : IDisposable
{
    private const string Master = "11111111-2222-4333-8444-555555555555";

    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policies_OfGatewayAndAgent_AreEnoughAndNothingElse()
    {
        string master = Path.Combine(_folder, "master");
        await File.WriteAllTextAsync(master, Master + "\n", Stop);
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--token-file", master);
        string consul = await registry.LineAfter("registry ");
        using HttpClient all = Client(consul, Master);
        string gatewayToken = await TokenOf(all, "gateway"), agentToken = await TokenOf(all, "agent");

        // Enough: an agent registers "items" and keeps its check passing, the gateway serves it, leads, and drains it.
        int port = FreePort.Next();
        Peer.Require("python3");
        await using ChildProcess agent = ChildProcess.StartGateway(
            "agent", "--service", "items", "--id", "items-1", "--port", FormattableString.Invariant($"{port}"), "--registry", consul, "--token-file", await FileOf(agentToken),
            "--", "python3", "-m", "http.server", FormattableString.Invariant($"{port}"), "--bind", "127.0.0.1", "--directory", _folder);
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", $"--HashBalancer:Consul:Address={consul}", $"--HashBalancer:Consul:TokenFile={await FileOf(gatewayToken)}", "--HashBalancer:Pools:items:Service=items",
            "--ReverseProxy:Routes:all:ClusterId=items", "--ReverseProxy:Routes:all:Match:Path=/{**rest}");
        await gateway.NodesUp(1);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Get("/")).StatusCode);
        await Eventually.IsTrue(() => gateway.Ready("\"isLeader\": true"), "the gateway leads", TimeSpan.FromSeconds(30));
        await using ChildProcess drain = ChildProcess.StartGateway("nodes", "drain", "items", "items-1", "--admin", gateway.Admin.GetLeftPart(UriPartial.Authority));
        Assert.Equal(0, await drain.Exit());
        Assert.True(await gateway.Ready("\"draining\": 1"));
        Assert.DoesNotContain("Permission denied", gateway.Process.Errors + agent.Errors, StringComparison.Ordinal);

        // Nothing else.
        using HttpClient asGateway = Client(consul, gatewayToken), asAgent = Client(consul, agentToken);
        await IsDenied(asGateway.PutAsJsonAsync("/v1/agent/service/register", new { Name = "items" }, Stop));
        await IsDenied(asGateway.PutAsync(new Uri("/v1/agent/service/deregister/items-1", UriKind.Relative), null, Stop));
        await IsDenied(asGateway.PutAsync(new Uri("/v1/kv/others/key", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asGateway.GetAsync(new Uri("/v1/kv/others/key", UriKind.Relative), Stop));
        await IsDenied(asGateway.GetAsync(new Uri("/v1/acl/tokens", UriKind.Relative), Stop));
        await IsDenied(asAgent.PutAsJsonAsync("/v1/agent/service/register", new { Name = "others" }, Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/kv/hashbalancer/leader", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/session/create", UriKind.Relative), null, Stop));
        await IsDenied(asAgent.GetAsync(new Uri("/v1/acl/tokens", UriKind.Relative), Stop));
    }

    [Fact]
    public async Task Policy_OfAFleetsAgent_IsEnoughAndNothingElse()
    {
        string master = Path.Combine(_folder, "master");
        await File.WriteAllTextAsync(master, Master + "\n", Stop);
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--token-file", master);
        string consul = await registry.LineAfter("registry ");
        using HttpClient all = Client(consul, Master);
        string gatewayToken = await TokenOf(all, "gateway"), agentToken = await TokenOf(all, "fleet-agent");
        string workloads = Path.Combine(_folder, "agent.json");
        await File.WriteAllTextAsync(workloads, JsonSerializer.Serialize(new
        {
            HashBalancer = new
            {
                FleetAgent = new
                {
                    Workloads = new
                    {
                        items = new
                        {
                            Command = "dotnet",
                            Arguments = new[] { GatewayBuild.Assembly, "sample", "--unregistered", "--id", "{instance}", "--service", "{service}", "--listen", "127.0.0.1:{port}" },
                        },
                    },
                },
            },
        }), Stop);

        // Enough: the node is leased, what it runs is registered and serves, and the gateway moves it there.
        await using ChildProcess agent = ChildProcess.StartGateway(
            "agent", "--fleet", "--node", "n1", "--config", workloads, "--registry", consul, "--token-file", await FileOf(agentToken), "--until-stdin-closes");
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", $"--HashBalancer:Consul:Address={consul}", $"--HashBalancer:Consul:TokenFile={await FileOf(gatewayToken)}", "--HashBalancer:Pools:items:Service=items",
            "--ReverseProxy:Routes:all:ClusterId=items", "--ReverseProxy:Routes:all:Match:Path=/{**rest}", "--HashBalancer:Allocation:Mode=On",
            "--HashBalancer:Allocation:Takeover=00:00:01", "--HashBalancer:Pools:items:Allocation:Enabled=true", "--HashBalancer:Pools:items:Allocation:Minimum=1");
        await gateway.NodesUp(1);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Get("/")).StatusCode);
        Assert.DoesNotContain("Permission denied", gateway.Process.Errors + agent.Errors, StringComparison.Ordinal);

        // Nothing else: it gives itself no lease, and says nothing for gateways.
        using HttpClient asAgent = Client(consul, agentToken);
        await IsDenied(asAgent.PutAsync(new Uri("/v1/kv/hashbalancer/fleet/leases/n1", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/kv/hashbalancer/fleet/epoch", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/kv/hashbalancer/fleet/traffic/one", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/kv/hashbalancer/leader", UriKind.Relative), new StringContent("x"), Stop));
        await IsDenied(asAgent.PutAsJsonAsync("/v1/agent/service/register", new { Name = "others" }, Stop));
        await IsDenied(asAgent.PutAsync(new Uri("/v1/session/create", UriKind.Relative), null, Stop));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static HttpClient Client(string consul, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(consul) };
        client.DefaultRequestHeaders.Add("X-Consul-Token", token);
        return client;
    }

    private static async Task IsDenied(Task<HttpResponseMessage> call)
    {
        using HttpResponseMessage answer = await call;
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static async Task<string> TokenOf(HttpClient all, string name)
    {
        string rules = await File.ReadAllTextAsync(Path.Combine(GatewayBuild.Root, "deploy", "consul", $"{name}-policy.hcl"), Stop);
        using HttpResponseMessage policy = await all.PutAsJsonAsync("/v1/acl/policy", new { Name = name, Rules = rules }, Stop);
        Assert.True(policy.IsSuccessStatusCode, await policy.Content.ReadAsStringAsync(Stop));
        using HttpResponseMessage token = await all.PutAsJsonAsync("/v1/acl/token", new { Description = name, Policies = new[] { new { Name = name } } }, Stop);
        Assert.True(token.IsSuccessStatusCode, await token.Content.ReadAsStringAsync(Stop));
        return (await token.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("SecretID").GetString()!;
    }

    private async Task<string> FileOf(string token)
    {
        string file = Path.Combine(_folder, $"{token}.token");
        await File.WriteAllTextAsync(file, token + "\n", Stop);
        return file;
    }
}
