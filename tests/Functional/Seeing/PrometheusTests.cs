using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Seeing;

/// <summary>What a real Prometheus, and its tools, make of a gateway's metrics and of the rules that come with it.</summary>
public sealed partial class PrometheusTests
{
    private static readonly string Rules = Path.Combine(GatewayBuild.Root, "deploy", "prometheus");

    /// <summary>A pool that uses everything which has metrics of its own.</summary>
    private static readonly string[] Everything =
    [
        "--HashBalancer:Pools:other:Service=other", "--HashBalancer:Pools:demo:Admission:Limit=100", "--HashBalancer:Pools:demo:Checks:Path=/health",
        "--HashBalancer:Pools:demo:Retry:HedgeDelay=00:00:01", "--HashBalancer:Pools:demo:Mirror:Pool=other", "--HashBalancer:Pools:demo:Split:other:Weight=1",
        "--HashBalancer:AccessLog:Format=Common", "--HashBalancer:AccessLog:File=/dev/null", "--HashBalancer:AccessLog:MaxFileBytes=0",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LiveOutput_UnderLoad_PassesPromtoolAndIsScrapedByPrometheus()
    {
        Peer.Require("promtool");
        Peer.Require("prometheus");
        await using RunningGateway gateway = await RunningGateway.Start("demo", ["--nodes", "3", .. Everything]);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task load = LoadAsync(gateway, over.Token);

        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "metrics");
        await File.WriteAllTextAsync(file, await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"), Stop), Stop);
        await using (ChildProcess check = ChildProcess.Start("sh", ["-c", $"promtool check metrics < {file}"]))
            Assert.Equal((0, ""), (await check.Exit(), check.Output + check.Errors));

        await using Scraper scraper = await Scraper.Start(gateway.Admin, Rules);
        await scraper.Scraped();
        // It asks for OpenMetrics first, and says so if it cannot read it.
        JsonElement target = (await scraper.Ask("/api/v1/targets")).GetProperty("activeTargets")[0];
        Assert.Equal(("up", ""), (target.GetProperty("health").GetString(), target.GetProperty("lastError").GetString()));
        await Eventually.IsTrue(async () => await scraper.Value("sum(hashbalancer_requests_total{code=\"2xx\"})") > 100, "the requests are counted", TimeSpan.FromSeconds(60));
        Assert.Equal(3, await scraper.Value("sum(hashbalancer_nodes{pool=\"demo\",state=\"up\"})"));
        Assert.Equal(1, await scraper.Value("sum(hashbalancer_ring_share_ratio{pool=\"demo\"})"), 9);
        foreach (JsonElement rule in (await scraper.Ask("/api/v1/rules")).GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray()))
            Assert.NotEqual("err", rule.GetProperty("health").GetString());
        await over.CancelAsync();
        await load;
    }

    [Fact]
    public async Task Rules_PassPromtoolAndTheirTests()
    {
        Peer.Require("promtool");
        await using (ChildProcess check = ChildProcess.Start("promtool", ["check", "rules", .. Directory.GetFiles(Rules, "*.yml")]))
            Assert.Equal((0, ""), (await check.Exit(), check.Errors));
        await using ChildProcess test = ChildProcess.Start("promtool", ["test", "rules", .. Directory.GetFiles(Path.Combine(Rules, "tests"), "*.yml")]);
        Assert.True(await test.Exit() == 0, test.Output + test.Errors);
    }

    [Fact]
    public async Task Metrics_NamedInRulesDashboardsAndDocuments_AreThoseOfLiveOutput()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", ["--nodes", "2", .. Everything]);
        await gateway.NodeOf("alice");

        string text = await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics"), Stop);

        HashSet<string> live = [.. Types().Matches(text).Select(match => match.Groups[1].Value)];
        string reference = await File.ReadAllTextAsync(Path.Combine(GatewayBuild.Root, "config", "metrics.md"), Stop);
        HashSet<string> documented = [.. Documented().Matches(reference).Select(match => match.Groups[1].Value)];
        string[] own = [.. live.Where(name => Own().IsMatch(name)).Order(StringComparer.Ordinal)];
        Assert.Equal(documented.Order(StringComparer.Ordinal), own);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(GatewayBuild.Root, "deploy"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".yml" or ".yaml" or ".json" or ".md"))
        {
            string named = await File.ReadAllTextAsync(file, Stop);
            string[] missing = [.. Names().Matches(named).Select(match => FamilyOf(match.Value, live)).Where(name => !live.Contains(name)).Distinct(StringComparer.Ordinal)];
            Assert.True(missing.Length == 0, $"{file} names {string.Join(", ", missing)}, which no gateway has.");
        }
    }

    /// <summary>A histogram's series are named after it.</summary>
    private static string FamilyOf(string name, HashSet<string> live)
    {
        foreach (string suffix in (string[])["_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && live.Contains(name[..^suffix.Length]))
                return name[..^suffix.Length];
        }

        return name;
    }

    private static async Task LoadAsync(RunningGateway gateway, CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            using HttpResponseMessage answer = await gateway.Get("/items/1", $"user-{i % 500}");
        }
    }

    [GeneratedRegex("^# TYPE ([a-zA-Z0-9_:]+) ", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"^\| `([a-z0-9_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();

    [GeneratedRegex("^(hashbalancer_|process_)")]
    private static partial Regex Own();

    [GeneratedRegex(@"(?<![a-z0-9_:])hashbalancer_[a-z0-9_]+(?![a-z0-9_:]|\.[a-z])")]
    private static partial Regex Names();

    /// <summary>A Prometheus that scrapes one gateway every second, by the rules that come with it.</summary>
    private sealed class Scraper(ChildProcess process, Uri address) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = address };

        public static async Task<Scraper> Start(Uri gateway, string rules)
        {
            string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
            string configuration = Path.Combine(folder, "prometheus.yml");
            await File.WriteAllTextAsync(configuration, $$"""
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: [ "{{rules}}/*.yml" ]
                scrape_configs:
                  - job_name: hashbalancer
                    static_configs: [ { targets: [ "{{gateway.Authority}}" ] } ]
                """, Stop);
            int port = FreePort.Next();
            ChildProcess process = ChildProcess.Start(
                "prometheus", [$"--config.file={configuration}", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}"]);
            return new Scraper(process, new Uri($"http://127.0.0.1:{port}"));
        }

        public Task Scraped() => Eventually.IsTrue(
            async () =>
            {
                try
                {
                    JsonElement targets = (await Ask("/api/v1/targets")).GetProperty("activeTargets");
                    return targets.GetArrayLength() > 0 && targets[0].GetProperty("health").GetString() != "unknown";
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "Prometheus has scraped",
            TimeSpan.FromSeconds(60));

        public async Task<JsonElement> Ask(string path) => (await _client.GetFromJsonAsync<JsonElement>(path, Stop)).GetProperty("data");

        /// <summary>The value of an expression that gives one; NaN while it gives none.</summary>
        public async Task<double> Value(string expression)
        {
            JsonElement result = (await Ask($"/api/v1/query?query={Uri.EscapeDataString(expression)}")).GetProperty("result");
            return result.GetArrayLength() == 0 ? double.NaN : double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await process.DisposeAsync();
        }
    }
}
