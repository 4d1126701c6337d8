using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A service brings its own route: the gateway has no configuration for it.</summary>
public sealed class AnnouncementTests
{
    [Fact]
    public async Task Service_WithRouteTag_IsRoutedWithoutConfiguration()
    {
        await using RunningGateway demo = await RunningGateway.Start("demo", "--nodes", "1");
        Uri backend = await BackendOf(demo);
        await using RunningGateway gateway = await RunningGateway.Start("run");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/items/1"));

        await Register(gateway, backend, "hashbalancer.route=/items/{**rest}", "hashbalancer.hash-keys=header:X-User-Id");
        await Eventually.IsTrue(async () => await Status(gateway, "/items/1") == HttpStatusCode.OK, "the announced route serves");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/other"));
        Assert.Contains("hashbalancer_selections_total{pool=\"shop\",reason=\"owner\"}", await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/metrics")), StringComparison.Ordinal);

        await Register(gateway, backend, "hashbalancer.route=/other/{**rest}", "hashbalancer.hash-keys=heder:X");
        await Eventually.IsTrue(async () => await Status(gateway, "/other/1") == HttpStatusCode.OK, "the changed route serves");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/items/1"));
        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("Service 'shop' announces hash keys, which are left out", StringComparison.Ordinal), "the faulty hash keys are logged");
    }

    [Fact]
    public async Task Service_AnnouncementsNotAccepted_IsNotRouted()
    {
        await using RunningGateway demo = await RunningGateway.Start("demo", "--nodes", "1");
        await using RunningGateway gateway = await RunningGateway.Start("run", "--HashBalancer:Announcements:Accept=false");
        await Register(gateway, await BackendOf(demo), "hashbalancer.route=/items/{**rest}");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/items/1"));
    }

    private static async Task Register(RunningGateway gateway, Uri backend, params string[] tags)
    {
        using HttpResponseMessage answer = await gateway.Put("/v1/agent/service/register", new { ID = "shop-1", Name = "shop", Address = backend.Host, backend.Port, Tags = tags });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<Uri> BackendOf(RunningGateway demo)
    {
        System.Text.Json.JsonElement service = System.Text.Json.JsonDocument.Parse(await demo.Client.GetStringAsync(new Uri(demo.Registry, "/v1/agent/service/node-1"))).RootElement;
        return new Uri($"http://{service.GetProperty("Address").GetString()}:{service.GetProperty("Port").GetInt32()}");
    }

    private static async Task<HttpStatusCode> Status(RunningGateway gateway, string path)
    {
        using HttpResponseMessage response = await gateway.Get(path, "alice");
        return response.StatusCode;
    }
}
