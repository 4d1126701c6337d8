using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using Microsoft.Playwright;

namespace HashBalancer.Functional.Dashboard;

/// <summary>The dashboard of a shared fleet.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task Page_OfAFleet_ShowsWhatEachPoolHas()
    {
        await using Browser browser = await Browser.Start();
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--fleet", "--nodes", "5", "--shifts", "0");
        IPage page = await browser.Open(gateway.Admin);

        await page.Locator("#allocation li[data-pool=c]").WaitForAsync();
        Assert.Equal(["a", "b", "c"], await page.Locator("#allocation strong").AllInnerTextsAsync());
        // What the API says changes while it is asked: as often as it takes for page and API to be of one moment.
        await Testing.Eventually.IsTrue(
            async () =>
            {
                JsonElement told = await gateway.Client.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/allocation"), TestContext.Current.CancellationToken);
                string[] assigned = [.. told.GetProperty("pools").EnumerateArray().Select(pool => Nodes(pool.GetProperty("assigned").GetInt32()))];
                return assigned.SequenceEqual(await page.Locator("#allocation .assigned").AllInnerTextsAsync(), StringComparer.Ordinal);
            },
            "the page shows what the API says",
            TimeSpan.FromSeconds(30));
        await page.Locator("#allocation-card").ScreenshotAsync(new() { Path = Path.Combine(Browser.Artifacts, "fleet.png") });
        Assert.Empty(browser.Complaints);
    }

    private static string Nodes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "node" : "nodes")}");
}
