using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>Three gateways, one registry: one leader, through every failover.</summary>
public sealed class LeadershipTests(ITestOutputHelper output)
{
    private const int Failovers = 50;

    [Fact]
    public async Task Leader_ForcedFailovers_IsNeverTwoAndComesBackEachTime()
    {
        await using ChildProcess registryProcess = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0");
        string registry = await registryProcess.LineAfter("registry ");
        string[] arguments = ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Consul:Address={registry}", "--HashBalancer:Coordination:LockDelay=00:00:00.250"];
        await using RunningGateway a = await RunningGateway.Start("run", arguments);
        await using RunningGateway b = await RunningGateway.Start("run", arguments);
        await using RunningGateway c = await RunningGateway.Start("run", arguments);
        RunningGateway[] gateways = [a, b, c];
        List<double> takeovers = [];
        string leader = await Leader(gateways);
        for (int i = 0; i < Failovers; i++)
        {
            long start = Stopwatch.GetTimestamp();
            string session = await SessionOfLeader(a, registry);
            (await a.Client.PutAsync(new Uri($"{registry}/v1/session/destroy/{session}"), null)).EnsureSuccessStatusCode();
            await Eventually.IsTrue(async () => await SessionOfLeader(a, registry) is { Length: > 0 } next && next != session, $"a leader after failover {i + 1}");
            leader = await Leader(gateways);
            takeovers.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        takeovers.Sort();
        output.WriteLine($"{Failovers} failovers; takeover median {takeovers[Failovers / 2]:0.00} s, longest {takeovers[^1]:0.00} s; lock delay 0.25 s; last leader {leader}");
    }

    /// <summary>Asks all until one leads; fails when two ever do at once.</summary>
    private static async Task<string> Leader(RunningGateway[] gateways)
    {
        string[] leaders = [];
        await Eventually.IsTrue(async () =>
        {
            JsonElement[] reports = await Task.WhenAll(gateways.Select(Report));
            leaders = [.. reports.Where(report => report.GetProperty("isLeader").GetBoolean()).Select(report => report.GetProperty("gateway").GetString()!)];
            Assert.True(leaders.Length <= 1, $"{string.Join(" and ", leaders)} lead at once.");
            return leaders.Length == 1;
        }, "one gateway leads");
        return leaders[0];
    }

    // Not ready without nodes: the report comes with 503 then.
    private static async Task<JsonElement> Report(RunningGateway gateway)
    {
        using HttpResponseMessage response = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"));
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<string> SessionOfLeader(RunningGateway gateway, string registry)
    {
        JsonElement entries = await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri($"{registry}/v1/kv/hashbalancer/leader"));
        return entries[0].TryGetProperty("Session", out JsonElement session) ? session.GetString()! : "";
    }
}
