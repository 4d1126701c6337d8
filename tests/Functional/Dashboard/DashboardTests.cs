using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using Microsoft.Playwright;

namespace HashBalancer.Functional.Dashboard;

/// <summary>The dashboard in a real browser, before the demo's nodes.</summary>
public sealed class DashboardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_OfTheDemo_ShowsWhatTheApiSays()
    {
        await using Browser browser = await Browser.Start();
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "4");
        IPage page = await browser.Open(gateway.Admin);

        await page.Locator("#node-rows tr").Nth(3).WaitForAsync();
        Assert.Equal(["node-1", "node-2", "node-3", "node-4"], await page.Locator("#node-rows td.name button .ellipsis").AllInnerTextsAsync());
        await page.Locator("#facts").GetByText("of 4 up").WaitForAsync();

        await page.FillAsync("#explain-key", "alice & bob");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#explain-node").WaitForAsync();
        JsonElement explained = await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/pools/demo/explain?key=alice%20%26%20bob"), Stop);
        Assert.StartsWith($"{explained.GetProperty("node").GetString()} – it owns the key", await page.InnerTextAsync("#explain-node"), StringComparison.Ordinal);
        Assert.Equal(
            explained.GetProperty("walk").EnumerateArray().Select(node => node.GetProperty("id").GetString()),
            await page.Locator("#explain-answer .walk b").AllInnerTextsAsync());

        await page.FillAsync("#whatif-changes li:first-child input", "node-3");
        await page.ClickAsync("#whatif-more");
        await page.Locator("#whatif-changes li:nth-child(2) select").SelectOptionAsync("add");
        await page.FillAsync("#whatif-changes li:nth-child(2) input[aria-label=Node]", "node-9");
        await page.FillAsync("#whatif-changes li:nth-child(2) input[type=number]", "2");
        await page.ClickAsync("#whatif-form button[type=submit]");
        await page.Locator("#whatif-moved").WaitForAsync();
        using HttpResponseMessage answer = await gateway.Client.PostAsJsonAsync(
            new Uri(gateway.Admin, "/api/v1/pools/demo/ring/simulate"), new { remove = new[] { "node-3" }, add = new[] { new { id = "node-9", weight = 2 } } }, Stop);
        JsonElement simulated = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(Percent(simulated.GetProperty("movedShare")), await page.InnerTextAsync("#whatif-moved"));
        JsonElement added = simulated.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("id").GetString() == "node-9");
        Assert.Contains($"0.0\u00a0%→{Percent(added.GetProperty("shareAfter"))}", (await page.Locator("#whatif-rows tr", new() { HasText = "node-9 comes" }).InnerTextAsync()).Replace(" →", "→", StringComparison.Ordinal).Replace("→ ", "→", StringComparison.Ordinal), StringComparison.Ordinal);

        Assert.Empty(browser.Complaints);
        Assert.All(browser.Requests, address => Assert.Equal(gateway.Admin.Authority, new Uri(address).Authority));
    }

    [Fact]
    public async Task Page_AsNodesDrainAndDie_Follows()
    {
        await using Browser browser = await Browser.Start();
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "4");
        IPage page = await browser.Open(gateway.Admin);

        // By the keyboard alone: the button, the question, the answer.
        await page.Locator("tr[data-node=node-2] button", new() { HasText = "Drain" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#drain-title", new() { HasText = "Drain node-2?" }).WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.Locator("#drain").IsVisibleAsync());
        Assert.Equal("up", await page.InnerTextAsync("tr[data-node=node-2] .state"));
        await page.Locator("tr[data-node=node-2] button", new() { HasText = "Drain" }).ClickAsync();
        await page.Locator("#drain-text", new() { HasText = "of the key space, go to the other nodes" }).WaitForAsync();
        await page.ClickAsync("#drain-yes");
        await page.Locator("tr[data-node=node-2] .state.draining").WaitForAsync();
        Assert.True(await gateway.Ready("\"draining\": 1,"));
        await page.Locator("tr[data-node=node-2] button", new() { HasText = "Undrain" }).ClickAsync();
        await page.ClickAsync("#drain-yes");
        await page.Locator("tr[data-node=node-2] .state.up").WaitForAsync();
        Assert.True(await gateway.Ready("\"up\": 4,"));

        using var traffic = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task load = Load(gateway, traffic.Token);
        await page.Locator("#traffic-keys b", new() { HasTextRegex = new("^[1-9]") }).First.WaitForAsync();
        long killed = TimeProvider.System.GetTimestamp();
        ProcessTable.Signal(ProcessTable.ChildrenOf(gateway.Process.Id).Single(pid => ProcessTable.ArgumentsOf(pid).Contains("node-4")), ProcessTable.KillNow);
        // Ejected for its refused connections first, down or gone by its check then.
        await page.WaitForFunctionAsync("() => { const state = document.querySelector('tr[data-node=node-4] .state'); return !state || state.textContent !== 'up'; }");
        TimeSpan shown = TimeProvider.System.GetElapsedTime(killed);
        await File.WriteAllTextAsync(Path.Combine(Browser.Artifacts, "node-killed.txt"), string.Create(CultureInfo.InvariantCulture, $"shown after {shown.TotalSeconds:0.00} s\n"), Stop);
        await page.Locator("#facts").GetByText("of 4 up").Or(page.Locator("#facts").GetByText("of 3 up")).First.WaitForAsync();
        await page.WaitForFunctionAsync("() => !document.querySelector('tr[data-node=node-4] .state') || document.querySelector('tr[data-node=node-4] .state.down')");
        await traffic.CancelAsync();
        await load;

        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task Page_WhenTheGatewayEnds_SaysSo_AndComesBackWithIt()
    {
        await using Browser browser = await Browser.Start();
        int port = FreePort.Next();
        string[] where = ["--nodes", "1", $"--HashBalancer:Admin:Listen=127.0.0.1:{port}"];
        IPage page;
        await using (RunningGateway gateway = await RunningGateway.Start("demo", where))
        {
            page = await browser.Open(gateway.Admin);
            await page.Locator("#node-rows tr").WaitForAsync();
            Assert.False(await page.Locator("#banner").IsVisibleAsync());

            gateway.Process.Interrupt();
            await page.Locator("#banner", new() { HasTextRegex = new("^The (gateway has ended|gateway does not answer|connection to the gateway was lost)\\. What you see is of .*Trying again in") }).WaitForAsync();
            // An open page holds nobody up.
            Assert.Equal(0, await gateway.Process.Exit());
        }

        await using RunningGateway again = await RunningGateway.Start("demo", where);
        await page.Locator("#banner").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await page.Locator("#node-rows tr").WaitForAsync();
    }

    [Fact]
    public async Task Page_AtEveryWidthAndTheme_CutsNothingOff()
    {
        await using Browser browser = await Browser.Start();
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "5", "--HashBalancer:Rebalancing:Mode=On");
        using var traffic = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task load = Load(gateway, traffic.Token);
        foreach ((string device, int width, int height) in ((string, int, int)[])[("desktop", 1440, 900), ("tablet", 900, 1100), ("phone", 390, 844)])
        {
            foreach (ColorScheme scheme in device == "tablet" ? (ColorScheme[])[ColorScheme.Light] : [ColorScheme.Light, ColorScheme.Dark])
            {
                IPage page = await browser.Open(gateway.Admin, width, height, scheme);
                await page.Locator("#node-rows tr").Nth(4).WaitForAsync();
                await page.Locator("#traffic-keys b", new() { HasTextRegex = new("^[1-9]") }).First.WaitForAsync();
                await page.FillAsync("#explain-key", "alice");
                await page.Keyboard.PressAsync("Enter");
                await page.FillAsync("#whatif-changes input", "node-2");
                await page.ClickAsync("#whatif-form button[type=submit]");
                await page.Locator("#explain-node").WaitForAsync();
                await page.Locator("#whatif-moved").WaitForAsync();
                await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.Artifacts, $"{device}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"), FullPage = true });
                Assert.Equal("[]", await page.EvaluateAsync<string>(CutText));
                await page.CloseAsync();
            }
        }

        await traffic.CancelAsync();
        await load;
        Assert.Empty(browser.Complaints);
    }

    /// <summary>What runs over the page's edge or its own box, or lies over another text.</summary>
    private const string CutText =
        """
        () => {
          const faults = [];
          if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
          const leaves = [...document.querySelectorAll('body *')].filter(e => e.offsetParent && !e.closest('.skip, select, svg, dialog, .chart') && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
          const boxes = leaves.map(e => {
            const range = document.createRange();
            range.selectNodeContents(e);
            return { e, box: range.getBoundingClientRect(), text: e.textContent.trim().slice(0, 30) };
          });
          for (const { e, box, text } of boxes) {
            if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).overflow !== 'visible') faults.push(`cut: ${text}`);
            if (box.left < -1 || box.right > innerWidth + 1) faults.push(`off the page: ${text}`);
          }
          for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
            const [one, other] = [boxes[i], boxes[j]];
            if (one.e.contains(other.e) || other.e.contains(one.e)) continue;
            if (Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > 2 && Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > 4)
              faults.push(`overlap: ${one.text} / ${other.text}`);
          }
          return JSON.stringify(faults);
        }
        """;

    private static string Percent(JsonElement share)
    {
        double value = 100 * share.GetDouble();
        return value.ToString(value is 0 or >= 10 ? "0.0" : value >= 1 ? "0.00" : "0.000", CultureInfo.InvariantCulture) + "\u00a0%";
    }

    /// <summary>Some forty requests a second, one key in three of them the same.</summary>
    private static async Task Load(RunningGateway gateway, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        int count = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (int i = 0; i < 2; i++, count++)
                    (await gateway.Get("/items/1", count % 3 == 0 ? "everybody" : $"user {count % 50}")).Dispose();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }
}
