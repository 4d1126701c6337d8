using System.Text.Json.Nodes;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Tests.Support;
using Microsoft.Playwright;

namespace HashBalancer.LoadTests.Tests.Reports;

/// <summary>The page in Chromium: it opens without a complaint, asks for nothing, and its charts show what the JSON holds.</summary>
public sealed class ReportInBrowserTests : IDisposable
{
    // Milliseconds; a browser beside a solution's other tests starts slowly.
    private const float Patience = 120_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("loadtests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Html_OpenedInChromium_IsQuietAsksForNothingAndShowsTheFigures()
    {
        string chromium = Chromium();
        LoadReport report = new(
            LoadReport.CurrentFormat, "1.2.3", new Machine("CPU", 2, "Linux", "6.1", ".NET 10"), 1.0 / 512,
            [SampleResult.Create(), SampleResult.Create() with { Name = "quiet", Events = [], Processes = [], Nodes = [], Search = null }]);
        await ReportFormats.Save(report, ReportFormats.All, _folder, "report");
        JsonNode json = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "report.json"), TestContext.Current.CancellationToken))!;
        var url = new Uri(Path.Combine(_folder.FullName, "report.html"));
        List<string> complaints = [], requests = [];

        using IPlaywright playwright = await Playwright.CreateAsync();
        // Its sandbox needs what containers and root do not have; it sees this one page alone.
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-dev-shm-usage"], Timeout = Patience });
        IPage page = await browser.NewPageAsync();
        page.Console += (_, message) => complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => complaints.Add(error);
        page.RequestFailed += (_, request) => complaints.Add($"{request.Url}: {request.Failure}");
        page.Request += (_, request) => requests.Add(request.Url);
        await page.GotoAsync(url.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.Load, Timeout = Patience });

        foreach (JsonNode? scenario in json["scenarios"]!.AsArray())
        {
            string name = (string)scenario!["name"]!;
            await Shows(page, name, "Iterations per second", "succeeded", scenario["intervals"]!.AsArray().Select(i => Point(i!, (double)i!["succeeded"]! / (double)i["length"]!)));
            await Shows(page, name, "Iterations per second", "failed", scenario["intervals"]!.AsArray().Select(i => Point(i!, (double)i!["failed"]! / (double)i["length"]!)));
            await Shows(page, name, "Latency in time", "p99", scenario["intervals"]!.AsArray().Select(i => Point(i!, (double)i!["p99Ms"]!)));
            foreach (JsonNode? process in scenario["processes"]!.AsArray())
            {
                await Shows(page, name, "Memory of each gateway", (string)process!["name"]!, process["samples"]!.AsArray().Select(s => Point(s!, (double)s!["residentBytes"]!)));
                await Shows(page, name, "Open handles of each gateway", (string)process["name"]!, process["samples"]!.AsArray().Select(s => Point(s!, (double)s!["handles"]!)));
            }

            string p99 = await page.Locator($"#{name} rect[data-name=p99]").First.GetAttributeAsync("data-value") ?? "";
            Assert.Equal(((double)scenario["iterations"]!["latency"]!["p99Ms"]!).ToString("R", System.Globalization.CultureInfo.InvariantCulture), p99);
        }

        // A longer bar is wider, by as much: what is drawn is what is said.
        double[] widths = [await Width(page, "node-1"), await Width(page, "node-2")];
        Assert.Equal(700.0 / 300, widths[0] / widths[1], 2);
        Assert.Empty(complaints);
        Assert.All(requests, r => Assert.True(r == url.ToString() || r.StartsWith("data:", StringComparison.Ordinal), r));
    }

    private static async Task<double> Width(IPage page, string node) =>
        (await page.Locator($"#sample rect[data-name={node}]").BoundingBoxAsync())!.Width;

    private static (double X, double Y) Point(JsonNode at, double y) => ((double)at["seconds"]!, y);

    private static async Task Shows(IPage page, string scenario, string chart, string line, IEnumerable<(double X, double Y)> expected)
    {
        (double X, double Y)[] points = [.. expected];
        double[][] shown = await page.EvaluateAsync<double[][]>(
            """
            ([scenario, chart, line]) => [...document.querySelectorAll(`#${scenario} figure`)]
              .filter(f => f.querySelector('figcaption').textContent === chart)
              .flatMap(f => [...f.querySelectorAll(`g[data-name="${line}"] circle`)])
              .map(c => [Number(c.dataset.x), Number(c.dataset.y)])
            """,
            new[] { scenario, chart, line });
        Assert.Equal(points, shown.Select(p => (p[0], p[1])));
    }

    private static string Chromium()
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, "chromium")).FirstOrDefault(File.Exists);
        if (path is null && Environment.GetEnvironmentVariable("HASHBALANCER_REQUIRE_PEERS") is not null)
            Assert.Fail("chromium is not installed");
        if (path is null)
            Assert.Skip("chromium is not installed (Debian: apt-get install chromium)");
        return path;
    }
}
