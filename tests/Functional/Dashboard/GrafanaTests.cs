using System.Text.Json;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Dashboard;

/// <summary>The dashboards in deploy/grafana ask for nothing that a gateway does not tell.</summary>
public sealed partial class GrafanaTests
{
    private static readonly string[] Files = Directory.GetFiles(Path.Combine(GatewayBuild.Root, "deploy", "grafana"), "*.json");

    public static TheoryData<string> Names => [.. Files.Select(file => Path.GetFileName(file)!)];

    [Fact]
    public async Task Dashboards_EveryMetricTheyName_IsInAGatewaysOutput()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "2", "--HashBalancer:Rebalancing:Interval=00:00:01");
        (await gateway.Get("/items/1", "alice")).Dispose();
        string[] named = [.. Files.SelectMany(file => Queries(Read(file))).SelectMany(query => MetricName().Matches(query)).Select(match => match.Value).Distinct(StringComparer.Ordinal)];
        Assert.True(named.Length > 15);

        string[] missing = named;
        await Eventually.IsTrue(
            async () =>
            {
                string text = await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"));
                HashSet<string> told = [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.IndexOfAny(['{', ' '])])];
                missing = [.. named.Where(name => !told.Contains(name))];
                return missing.Length == 0;
            },
            $"every metric of the dashboards, such as {string.Join(", ", missing.Take(3))}",
            TimeSpan.FromSeconds(30));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dashboard_IsWhole(string name)
    {
        JsonElement dashboard = Read(Files.Single(file => Path.GetFileName(file) == name));

        JsonElement[] panels = [.. dashboard.GetProperty("panels").EnumerateArray()];
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        HashSet<(int X, int Y)> taken = [];
        foreach (JsonElement place in panels.Select(panel => panel.GetProperty("gridPos")))
        {
            (int x, int y, int w, int h) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.InRange(x + w, 1, 24);
            Assert.All(Enumerable.Range(x, w).SelectMany(column => Enumerable.Range(y, h).Select(line => (column, line))), cell => Assert.True(taken.Add(cell), $"{cell} is taken twice"));
        }

        string[] variables = [.. dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()!)];
        Assert.All(Queries(dashboard).SelectMany(query => Variable().Matches(query)).Select(match => match.Groups[1].Value), variable => Assert.Contains(variable, (string[])[.. variables, "__rate_interval"]));
        Assert.StartsWith("hashbalancer-", dashboard.GetProperty("uid").GetString(), StringComparison.Ordinal);
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;

    private static IEnumerable<string> Queries(JsonElement dashboard) =>
    [
        .. dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!),
        .. dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Where(variable => variable.GetProperty("type").GetString() == "query")
            .Select(variable => variable.GetProperty("query").GetProperty("query").GetString()!),
    ];

    [GeneratedRegex("\\b(?:hashbalancer|dotnet|kestrel)_[a-z0-9_]+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex MetricName();

    [GeneratedRegex("\\$(\\w+)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Variable();
}
