using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional;

/// <summary>What the admin API says of a key is what a request with it does.</summary>
public sealed class ExplainTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_AThousand_GoWhereTheAdminApiSays()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "4");
        string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"user {i}&x=?")];
        Dictionary<string, string?> explained = new(StringComparer.Ordinal);
        foreach (string key in keys)
            explained.Add(key, (await Explain(gateway, "demo", key)).GetProperty("node").GetString());

        Assert.Equal(4, explained.Values.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(await gateway.NodesOf(keys), explained);
    }

    [Fact]
    public async Task Explain_OneKey_TellsOwnerArcAndSuccessors()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "3");

        JsonElement explained = await Explain(gateway, "demo", "alice");

        Assert.Equal("owner", explained.GetProperty("reason").GetString());
        Assert.Equal(explained.GetProperty("owner").GetString(), explained.GetProperty("home").GetString());
        Assert.False(explained.GetProperty("arc").GetProperty("isOverride").GetBoolean());
        JsonElement[] walk = [.. explained.GetProperty("walk").EnumerateArray()];
        Assert.Equal(3, walk.Length);
        Assert.Equal(explained.GetProperty("owner").GetString(), walk[0].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Array, (await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/pools/demo/rebalancing"), Stop)).GetProperty("plans").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, await StatusOf(gateway, "/api/v1/pools/other/explain?key=alice"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOf(gateway, "/api/v1/pools/other/rebalancing"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOf(gateway, "/api/v1/pools/demo/explain"));
    }

    [Fact]
    public async Task KeysExplain_OnTheCommandLine_TellsTheSame()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "2");
        string node = (await Explain(gateway, "demo", "alice")).GetProperty("node").GetString()!;

        (int exitCode, string output, string errors) = await Run("explain", "demo", "alice", "--admin", gateway.Admin.ToString());

        Assert.Equal((0, ""), (exitCode, errors));
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal([$"node      {node}  (owner)", $"owner     {node}"], lines[..2]);
        Assert.StartsWith("place     ", lines[2], StringComparison.Ordinal);
        Assert.Equal(2, lines.Count(line => line.StartsWith("walk      ", StringComparison.Ordinal)));
        Assert.Equal((1, "", "hashbalancer: There is no pool 'other'.\n"), await Run("explain", "other", "alice", "--admin", gateway.Admin.ToString()));
        (_, string json, _) = await Run("explain", "demo", "alice", "--admin", gateway.Admin.ToString(), "--output", "json");
        Assert.Equal(node, JsonDocument.Parse(json).RootElement.GetProperty("node").GetString());
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        await using ChildProcess process = ChildProcess.StartGateway(["keys", .. arguments]);
        int exitCode = await process.Exit();
        return (exitCode, process.Output, process.Errors);
    }

    private static Task<JsonElement> Explain(RunningGateway gateway, string pool, string key) =>
        gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, $"/api/v1/pools/{pool}/explain?key={Uri.EscapeDataString(key)}"), Stop);

    private static async Task<HttpStatusCode> StatusOf(RunningGateway gateway, string path)
    {
        using HttpResponseMessage answer = await gateway.Client.GetAsync(new Uri(gateway.Admin, path), Stop);
        return answer.StatusCode;
    }
}
