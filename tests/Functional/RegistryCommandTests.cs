using System.Net;
using System.Net.Http.Json;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional;

/// <summary>The embedded registry in a process of its own.</summary>
public sealed class RegistryCommandTests
{
    [Fact]
    public async Task Registry_RestartedWithSnapshot_KeepsServicesAndKeys()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "registry.json");
        using var client = new HttpClient();
        await using (ChildProcess first = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--snapshot", file))
        {
            var address = new Uri(await first.LineAfter("registry "));
            using HttpResponseMessage registered = await client.PutAsJsonAsync(new Uri(address, "/v1/agent/service/register"), new { Name = "web", Port = 80 });
            Assert.Equal(HttpStatusCode.OK, registered.StatusCode);
            using var value = new StringContent("kept");
            Assert.Equal("true", (await (await client.PutAsync(new Uri(address, "/v1/kv/a/b"), value)).Content.ReadAsStringAsync()).Trim());
            first.Interrupt();
            Assert.Equal(0, await first.Exit());
        }

        await using ChildProcess second = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--snapshot", file);
        var again = new Uri(await second.LineAfter("registry "));
        Assert.Contains("\"web\"", await client.GetStringAsync(new Uri(again, "/v1/catalog/service/web")), StringComparison.Ordinal);
        Assert.Equal("kept", await client.GetStringAsync(new Uri(again, "/v1/kv/a/b?raw")));
    }

    [Fact]
    public async Task Registry_TokenFile_RefusesOthers()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "secret-token\n");
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--token-file", file);
        var address = new Uri(await registry.LineAfter("registry "));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(new Uri(address, "/v1/kv/a"))).StatusCode);
        client.DefaultRequestHeaders.Add("X-Consul-Token", "secret-token");
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(address, "/v1/kv/a"))).StatusCode);
        Assert.DoesNotContain("secret-token", registry.Output + registry.Errors, StringComparison.Ordinal);
        File.Delete(file);
    }
}
