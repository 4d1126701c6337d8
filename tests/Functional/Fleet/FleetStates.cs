using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Fleet;

/// <summary>What a gateway's admin API says of the fleet.</summary>
internal static class FleetStates
{
    /// <summary>The whole; null before a leader has shown it.</summary>
    public static async Task<JsonElement?> Of(HttpClient client, Uri admin)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri(admin, "/api/v1/allocation"));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
    }

    /// <inheritdoc cref="Of(HttpClient, Uri)"/>
    public static Task<JsonElement?> Of(RunningGateway gateway) => Of(gateway.Client, gateway.Admin);

    /// <summary>The number of serving nodes of each pool, such as <c>a=2 b=1</c>; empty before a leader has shown it.</summary>
    public static string Counts(JsonElement? state) => state is null ? ""
        : string.Join(" ", state.Value.GetProperty("pools").EnumerateArray().Select(pool => $"{pool.GetProperty("name").GetString()}={pool.GetProperty("serving").GetInt32()}"));

    /// <summary>The nodes of the fleet.</summary>
    public static JsonElement[] Nodes(JsonElement? state) => state is null ? [] : [.. state.Value.GetProperty("nodes").EnumerateArray()];

    /// <summary>A text of a node's lease; null when it has none.</summary>
    public static string? Lease(JsonElement node, string property) => node.GetProperty("lease").TryGetProperty(property, out JsonElement value) ? value.ToString() : null;

    /// <summary>The instances that a pool's ring must have by the leases.</summary>
    public static string[] Due(JsonElement state, string pool) => [.. Nodes(state)
        .Where(node => node.GetProperty("available").GetBoolean() && Lease(node, "pool") == pool && Lease(node, "phase") is "Serving" or "Notice")
        .Select(node => Lease(node, "instance")!).Order(StringComparer.Ordinal)];

    /// <summary>The nodes on a pool's ring.</summary>
    public static async Task<string[]> Ring(HttpClient client, Uri admin, string pool)
    {
        JsonElement nodes = await client.GetFromJsonAsync<JsonElement>(new Uri(admin, $"/api/v1/pools/{pool}/nodes"));
        return [.. nodes.GetProperty("nodes").EnumerateArray().Where(node => node.GetProperty("state").GetString() == "Up").Select(node => node.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
    }
}
