using System.Text.Json.Nodes;

namespace HashBalancer.Registry.Tests;

/// <summary>The recorded scenarios and what each needs of its agent.</summary>
internal static class Recordings
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recordings");

    /// <summary>The recorded token that may do everything.</summary>
    public const string MasterToken = "11111111-1111-1111-1111-111111111111";

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a scenario; the port of its fixture is replaced by a free one.</summary>
    public static JsonObject Read(string name, int fixturePort) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))
            .Replace("127.0.0.1:19080", $"127.0.0.1:{fixturePort}", StringComparison.Ordinal))!.AsObject();

    /// <summary>Scenarios that use nothing but the registry's clock run on a faster one.</summary>
    public static double SpeedOf(string name) => name is "10-deregister-critical" or "21-session-ttl" ? 4 : 1;

    public static bool IsClassic(string name) => name is "10-deregister-critical" or "13-blocking-catalog-extinction" or "22-txn" or "24-catalog-register";

    public static bool HasAccessControl(string name) => name is "25-acl";

    /// <summary>Whether the scenario sleeps or waits, by the sum of its times in milliseconds.</summary>
    public static double SleepOf(JsonObject scenario) =>
        scenario["exchanges"]!.AsArray().Sum(entry => (entry!["sleep_ms"] ?? entry["elapsed_ms"])?.GetValue<double>() ?? 0);
}

/// <summary>A deviation that is meant.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Position">Position of the exchange among its entries.</param>
/// <param name="Pointer">Where the answer differs.</param>
/// <param name="Reason">Why.</param>
internal sealed record MeantDeviation(string Scenario, int Position, string Pointer, string Reason)
{
    private const string ServerPort = "the recorded agent served its peers on port 28300; this one names Consul's usual 8300";

    /// <summary>Every deviation that is meant; one that no longer occurs fails the suite as well.</summary>
    public static IReadOnlyList<MeantDeviation> All { get; } =
    [
        new("25-acl", 34, "/response/body", ServerPort),
        new("25-acl", 35, "/response/body/0", ServerPort),
        new("25-acl", 63, "/response/body", ServerPort),
        new("25-acl", 102, "/response/body", ServerPort),
        new("25-acl", 103, "/response/body/0", ServerPort),
    ];
}
