using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional;

/// <summary>What a simulation says of keys is what requests with them do once the nodes really come and go.</summary>
public sealed class RingSimulateTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 1000).Select(i => $"user {i}")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Simulate_ANodeThatThenReallyLeaves_SaidWhereEveryKeyGoes()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "4");

        JsonElement simulated = await Simulate(gateway, new { remove = new[] { "node-2" }, keys = Keys });

        Assert.Equal(await gateway.NodesOf(Keys), OwnersIn(simulated, "before"));
        ProcessTable.Signal(ProcessTable.ChildrenOf(gateway.Process.Id).Single(pid => ProcessTable.ArgumentsOf(pid).Contains("node-2")), ProcessTable.KillNow);
        await gateway.NodesUp(3);
        Dictionary<string, string?> after = await gateway.NodesOf(Keys);
        Assert.Equal(after, OwnersIn(simulated, "after"));
        Assert.DoesNotContain("node-2", after.Values);
        JsonElement left = simulated.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("id").GetString() == "node-2");
        Assert.Equal(left.GetProperty("shareBefore").GetDouble(), simulated.GetProperty("movedShare").GetDouble(), 9);
        Assert.Equal(JsonValueKind.Null, left.GetProperty("weightAfter").ValueKind);
    }

    [Fact]
    public async Task Simulate_ANodeThatThenReallyComes_SaidWhereEveryKeyGoes()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "2");
        JsonElement simulated = await Simulate(gateway, new { add = new[] { new { id = "new", weight = 2.0 } }, keys = Keys });

        await gateway.Put("/v1/agent/service/register", new { ID = "new", Name = "demo", Address = "127.0.0.1", Port = 9, Weights = new { Passing = 2, Warning = 1 } });
        await gateway.NodesUp(3);

        JsonElement now = await Simulate(gateway, new { keys = Keys });
        Assert.Equal(0, now.GetProperty("movedShare").GetDouble());
        Assert.Equal(OwnersIn(now, "before"), OwnersIn(simulated, "after"));
        Assert.Equal(SharesIn(now, "shareBefore"), SharesIn(simulated, "shareAfter"));
    }

    [Fact]
    public async Task Simulate_WhatCannotBe_IsRefusedWithTheReason()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "1");

        Assert.Equal((HttpStatusCode.NotFound, "There is no pool 'other'."), await Refused(gateway, "other", "{}"));
        Assert.Equal((HttpStatusCode.BadRequest, "Node 'ghost' cannot be removed: it is not on the ring."), await Refused(gateway, "demo", """{"remove":["ghost"]}"""));
        Assert.StartsWith("The body is malformed: ", (await Refused(gateway, "demo", """{"remove":"node-1"}""")).Detail, StringComparison.Ordinal);
        Assert.StartsWith("The body is malformed: ", (await Refused(gateway, "demo", """{"drop":[]}""")).Detail, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "The body is longer than 65536 bytes."), await Refused(gateway, "demo", $$"""{"keys":["{{new string('k', 1 << 16)}}"]}"""));
        using HttpResponseMessage verb = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/api/v1/pools/demo/ring/simulate"), Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, verb.StatusCode);
    }

    [Fact]
    public async Task RingSimulate_OnTheCommandLine_TellsTheSame()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "2");
        string admin = gateway.Admin.ToString();
        JsonElement told = await Simulate(gateway, new { remove = new[] { "node-1" }, keys = Keys[..1] });

        (int exitCode, string output, string errors) = await Run("simulate", "demo", "--remove", "node-1", "--key", Keys[0], "--admin", admin);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains(FormattableString.Invariant($"moved     {100 * told.GetProperty("movedShare").GetDouble():0.##} % of the key space"), output, StringComparison.Ordinal);
        Assert.Contains("node      node-1  share ", output, StringComparison.Ordinal);
        Assert.Contains(", leaves\n", output, StringComparison.Ordinal);
        Assert.Contains($"key       {Keys[0]}  {OwnersIn(told, "before")[Keys[0]]}", output, StringComparison.Ordinal);
        (_, string json, _) = await Run("simulate", "demo", "--add", "c=0.5", "--reweight", "node-1=2", "--admin", admin, "--output", "json");
        Assert.Equal([2, 1, 0.5], SharesIn(JsonDocument.Parse(json).RootElement, "weightAfter").OrderBy(pair => pair.Key == "c").ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
        Assert.Equal((1, "", "hashbalancer: There is no pool 'other'.\n"), await Run("simulate", "other", "--admin", admin));
        Assert.Equal((2, "", "hashbalancer: --reweight: is 'node-1', but must be ID=WEIGHT with WEIGHT 0 to 1000.\n"), await Run("simulate", "demo", "--reweight", "node-1", "--admin", admin));
        Assert.Equal((2, "", "hashbalancer: --add: is 'c=x', but must be ID or ID=WEIGHT with WEIGHT 0 to 1000.\n"), await Run("simulate", "demo", "--add", "c=x", "--admin", admin));
    }

    private static async Task<JsonElement> Simulate(RunningGateway gateway, object request)
    {
        using HttpResponseMessage answer = await gateway.Client.PostAsJsonAsync(new Uri(gateway.Admin, "/api/v1/pools/demo/ring/simulate"), request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private static async Task<(HttpStatusCode Status, string? Detail)> Refused(RunningGateway gateway, string pool, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await gateway.Client.PostAsync(new Uri(gateway.Admin, $"/api/v1/pools/{pool}/ring/simulate"), content, Stop);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString());
    }

    private static Dictionary<string, string?> OwnersIn(JsonElement simulated, string when) => simulated.GetProperty("keys").EnumerateArray()
        .ToDictionary(key => key.GetProperty("key").GetString()!, key => key.GetProperty(when).GetString(), StringComparer.Ordinal);

    private static Dictionary<string, double> SharesIn(JsonElement simulated, string when) => simulated.GetProperty("nodes").EnumerateArray()
        .ToDictionary(node => node.GetProperty("id").GetString()!, node => Math.Round(node.GetProperty(when).GetDouble(), 9), StringComparer.Ordinal);

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        await using ChildProcess process = ChildProcess.StartGateway(["ring", .. arguments]);
        int exitCode = await process.Exit();
        return (exitCode, process.Output, process.Errors);
    }
}
