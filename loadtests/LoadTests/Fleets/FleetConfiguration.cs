using System.Text.Json.Nodes;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>The configuration file of a fleet's gateways: a route for each pool, which hashes by the header X-User-Id, and the scenario's settings.</summary>
internal static class FleetConfiguration
{
    public static async Task<string> Write(DirectoryInfo folder, FleetPlan plan, CancellationToken cancellation)
    {
        string file = Path.Combine(folder.FullName, "gateway.json");
        await File.WriteAllTextAsync(file, Of(plan).ToJsonString(), cancellation);
        return file;
    }

    /// <summary>Each setting's key is a path with colons below <c>HashBalancer</c>, or below its pool; a setting replaces what stands there.</summary>
    public static JsonObject Of(FleetPlan plan)
    {
        var pools = new JsonObject();
        var routes = new JsonObject();
        if (plan.Pools.Count == 0)
            AddPool(FleetPlan.Pool, "/{**rest}");
        foreach ((string pool, IReadOnlyDictionary<string, string> settings) in plan.Pools)
        {
            JsonObject shared = AddPool(pool, $"/{pool}/{{**rest}}");
            foreach ((string key, string value) in settings)
                Set(shared, key.Split(':'), value);
        }

        var own = new JsonObject { ["Pools"] = pools };
        foreach ((string key, string value) in plan.Settings)
            Set(own, key.Split(':'), value);
        return new JsonObject { ["ReverseProxy"] = new JsonObject { ["Routes"] = routes }, ["HashBalancer"] = own };

        JsonObject AddPool(string pool, string path)
        {
            routes[pool] = new JsonObject { ["ClusterId"] = pool, ["Match"] = new JsonObject { ["Path"] = path } };
            var added = new JsonObject { ["Service"] = pool, ["HashKeys"] = new JsonArray("header:X-User-Id") };
            pools[pool] = added;
            return added;
        }
    }

    // Configuration is text: a list given as "a,b" replaces one, since JSON arrays and indexed keys are the same to it.
    private static void Set(JsonObject at, string[] path, string value)
    {
        foreach (string part in path[..^1])
        {
            if (at[part] is not JsonObject next)
                at[part] = next = [];
            at = next;
        }

        at[path[^1]] = at[path[^1]] is JsonArray ? new JsonArray([.. value.Split(',').Select(v => (JsonNode?)v)]) : value;
    }
}
