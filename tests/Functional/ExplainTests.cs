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

    private static Task<JsonElement> Explain(RunningGateway gateway, string pool, string key) =>
        gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, $"/api/v1/pools/{pool}/explain?key={Uri.EscapeDataString(key)}"), Stop);

    private static async Task<HttpStatusCode> StatusOf(RunningGateway gateway, string path)
    {
        using HttpResponseMessage answer = await gateway.Client.GetAsync(new Uri(gateway.Admin, path), Stop);
        return answer.StatusCode;
    }
}
