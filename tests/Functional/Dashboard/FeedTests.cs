using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Dashboard;

/// <summary>The dashboard's feed and files, without a browser.</summary>
public sealed class FeedTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Feed_ManyViewers_AreLetInUpToALimit_AndEndWithTheGateway()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "1");
        using var client = new HttpClient();
        List<HttpResponseMessage> viewers = [];
        for (int i = 0; i < 64; i++)
            viewers.Add(await Open(client, gateway));

        Assert.All(viewers, viewer => Assert.Equal(HttpStatusCode.OK, viewer.StatusCode));
        using (HttpResponseMessage refused = await Open(client, gateway))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
            Assert.Equal("64 dashboards are open already.", (await refused.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString());
        }

        // Who leaves makes room.
        viewers[0].Dispose();
        await Eventually.IsTrue(
            async () =>
            {
                HttpResponseMessage next = await Open(client, gateway);
                viewers.Add(next);
                return next.StatusCode == HttpStatusCode.OK;
            },
            "room for another viewer");

        gateway.Process.Interrupt();
        string rest = await viewers[1].Content.ReadAsStringAsync(Stop);
        Assert.StartsWith("event: whole\ndata: {", rest, StringComparison.Ordinal);
        Assert.EndsWith("event: end\ndata: {}\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Process.Exit());
        viewers.ForEach(viewer => viewer.Dispose());
    }

    [Fact]
    public async Task Page_AndItsFiles_CarryWhatGuardsThem()
    {
        await using RunningGateway gateway = await RunningGateway.Start("demo", "--nodes", "1");

        foreach (string path in (string[])["/", "/ui/main.js", "/readyz", "/api/v1/pools/demo/explain?key=a", "/nowhere"])
        {
            using HttpResponseMessage answer = await gateway.Client.GetAsync(new Uri(gateway.Admin, path), Stop);
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        }

        using HttpResponseMessage page = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/"), Stop);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Admin, "/"));
        again.Headers.IfNoneMatch.Add(page.Headers.ETag!);
        using HttpResponseMessage same = await gateway.Client.SendAsync(again, Stop);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        using HttpResponseMessage missing = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/ui/../index.html"), Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using HttpResponseMessage posted = await gateway.Client.PostAsync(new Uri(gateway.Admin, "/"), content: null, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    private static Task<HttpResponseMessage> Open(HttpClient client, RunningGateway gateway) =>
        client.GetAsync(new Uri(gateway.Admin, "/api/v1/feed"), HttpCompletionOption.ResponseHeadersRead, Stop);
}
