using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A changed configuration file takes effect as a whole or not at all.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task ConfigurationFile_Changed_TakesEffectUnlessFaulty()
    {
        await using RunningGateway demo = await RunningGateway.Start("demo");
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "gateway.json");
        await File.WriteAllTextAsync(file, Configuration("/a/{**rest}", "header:X-User-Id"));
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", file, $"--HashBalancer:Consul:Address={demo.Registry.GetLeftPart(UriPartial.Authority)}");
        await Eventually.IsTrue(async () => await Status(gateway, "/a/1") == HttpStatusCode.OK, "the first route serves");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/b/1"));

        await File.WriteAllTextAsync(file, Configuration("/b/{**rest}", "header:X-User-Id"));
        await Eventually.IsTrue(async () => await Status(gateway, "/b/1") == HttpStatusCode.OK, "the changed route serves");
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/a/1"));

        await File.WriteAllTextAsync(file, Configuration("/c/{**rest}", "heder:X-User-Id"));
        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("HashBalancer:Pools:demo:HashKeys:0: is 'heder:X-User-Id'", StringComparison.Ordinal), "the fault is logged");
        Assert.Equal(HttpStatusCode.OK, await Status(gateway, "/b/1"));
        Assert.Equal(HttpStatusCode.NotFound, await Status(gateway, "/c/1"));

        await File.WriteAllTextAsync(file, "{ \"HashBalancer\": ");
        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("Failed to load configuration from file", StringComparison.Ordinal), "the broken file is logged");
        Assert.Equal(HttpStatusCode.OK, await Status(gateway, "/b/1"));

        await File.WriteAllTextAsync(file, Configuration("/d/{**rest}", "path"));
        await Eventually.IsTrue(async () => await Status(gateway, "/d/1") == HttpStatusCode.OK, "the mended file takes effect");
    }

    private static async Task<HttpStatusCode> Status(RunningGateway gateway, string path)
    {
        using HttpResponseMessage response = await gateway.Get(path, "alice");
        return response.StatusCode;
    }

    private static string Configuration(string path, string key) => $$"""
        {
          "ReverseProxy": { "Routes": { "all": { "ClusterId": "demo", "Match": { "Path": "{{path}}" } } } },
          "HashBalancer": { "Pools": { "demo": { "Service": "demo", "HashKeys": [ "{{key}}" ] } } }
        }
        """;
}
