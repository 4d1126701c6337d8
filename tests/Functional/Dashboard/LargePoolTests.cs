using System.Text;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using Microsoft.Playwright;

namespace HashBalancer.Functional.Dashboard;

/// <summary>The dashboard of a pool of a thousand nodes.</summary>
public sealed class LargePoolTests(ITestOutputHelper output)
{
    private const int Nodes = 1000;

    /// <summary>Notes how many changes of the document each update of the page makes.</summary>
    private const string CountChanges =
        """
        () => {
          let changes = 0;
          window.changesOfUpdates = [];
          new MutationObserver(records => changes += records.length)
            .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
          new PerformanceObserver(list => { for (const _ of list.getEntries()) { window.changesOfUpdates.push(changes); changes = 0; } })
            .observe({ entryTypes: ['measure'] });
        }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_OfAThousandNodes_StaysSmall()
    {
        await using Browser browser = await Browser.Start();
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--HashBalancer:Pools:demo:Service=demo", "--HashBalancer:Pools:demo:HashKeys:0=header:X-User-Id",
            "--ReverseProxy:Routes:all:ClusterId=demo", "--ReverseProxy:Routes:all:Match:Path=/{**rest}");
        // One process serves for all of them: what the page shows is the same.
        await using ChildProcess sample = ChildProcess.StartGateway("sample", "--id", "one", "--service", "other", "--registry", gateway.Registry.GetLeftPart(UriPartial.Authority), "--until-stdin-closes");
        int port = new Uri(await sample.LineAfter("one ")).Port;
        await Parallel.ForAsync(0, Nodes, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop }, async (i, _) =>
            (await gateway.Put("/v1/agent/service/register", new { ID = $"node-{i:0000}", Name = "demo", Address = "127.0.0.1", Port = port })).Dispose());
        await gateway.NodesUp(Nodes);

        using var traffic = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task load = Load(gateway, traffic.Token);
        IPage page = await browser.Open(new Uri(gateway.Admin, "/?pool=demo"));
        await page.Locator("#page-text", new() { HasText = "1–16 of 1,000" }).WaitForAsync();

        await page.EvaluateAsync(CountChanges);
        // A page of the table, not a thousand rows.
        Assert.InRange(await page.EvaluateAsync<int>("document.querySelectorAll('*').length"), 100, 1500);
        await page.FillAsync("#node-filter", "node-0999");
        await page.Locator("tr[data-node=node-0999]").WaitForAsync();
        await page.FillAsync("#node-filter", "");
        (await gateway.Put("/v1/agent/service/deregister/node-0007", new { })).Dispose();
        await page.Locator("#page-text", new() { HasText = "1–16 of 999" }).WaitForAsync();

        await page.WaitForFunctionAsync("() => performance.getEntriesByName('update').length > 12");
        string times = await page.EvaluateAsync<string>(
            """
            () => {
              const updates = performance.getEntriesByName('update').map(entry => entry.duration).sort((a, b) => a - b);
              const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
              return JSON.stringify({ firstPaintMs: Math.round(paint), updateMedianMs: updates[updates.length >> 1], updateMaxMs: updates[updates.length - 1], updates: updates.length });
            }
            """);
        await File.WriteAllTextAsync(Path.Combine(Browser.Artifacts, "thousand-nodes.json"), times + "\n", Stop);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.Artifacts, "thousand-nodes.png"), FullPage = true });
        // What an update costs is what it changes: the rows in sight, not the thousand. How long it took stands in the artifact.
        int[] changes = await page.EvaluateAsync<int[]>("window.changesOfUpdates");
        output.WriteLine($"changes of the document per update: {string.Join(' ', changes)}");
        Assert.InRange(changes.Max(), 1, 800);
        Assert.Empty(browser.Complaints);

        (int whole, int change) = await PayloadOf(gateway);
        await File.AppendAllTextAsync(Path.Combine(Browser.Artifacts, "thousand-nodes.json"), JsonSerializer.Serialize(new { whole, change }) + "\n", Stop);
        await traffic.CancelAsync();
        await load;
        Assert.InRange(whole, 10_000, 160 * 1024);
        Assert.InRange(change, 100, 24 * 1024);
    }

    /// <summary>Some two hundred requests a second, each for another key.</summary>
    private static async Task Load(RunningGateway gateway, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        int key = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (await gateway.Get("/items/1", $"user {key++ % 5000}")).Dispose()));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }

    /// <summary>Bytes of the first message of a feed, and of the greatest of those that follow while a node leaves.</summary>
    private static async Task<(int Whole, int Change)> PayloadOf(RunningGateway gateway)
    {
        using HttpResponseMessage feed = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/api/v1/feed?pool=demo"), HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal("text/event-stream", feed.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await feed.Content.ReadAsStreamAsync(Stop), Encoding.UTF8);
        int whole = 0, change = 0;
        bool left = false;
        for (int messages = 0; messages < 5 || !left; messages++)
        {
            string name = (await reader.ReadLineAsync(Stop))!, data = (await reader.ReadLineAsync(Stop))!;
            Assert.Equal("", await reader.ReadLineAsync(Stop));
            if (messages == 0)
                (await gateway.Put("/v1/agent/service/deregister/node-0008", new { })).Dispose();
            Assert.Equal(messages == 0 ? "event: whole" : "event: change", name);
            left |= data.Contains("\"gone\":", StringComparison.Ordinal);
            int size = Encoding.UTF8.GetByteCount(data);
            (whole, change) = messages == 0 ? (size, 0) : (whole, Math.Max(change, size));
        }

        return (whole, change);
    }
}
