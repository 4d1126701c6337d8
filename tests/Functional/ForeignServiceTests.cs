using System.Diagnostics;
using System.Globalization;
using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A service that knows nothing of this product joins by one request to the registry.</summary>
public sealed class ForeignServiceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task PythonHttpServer_RegisteredByOnePut_GetsItsShareUntilDeregistered()
    {
        Peer.Require("python3");
        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "items"));
        await File.WriteAllTextAsync(Path.Combine(folder, "items", "1"), "{\"node\":\"python\"}");
        int port = FreePort.Next();
        await using ChildProcess python = ChildProcess.Start("python3", ["-m", "http.server", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1"], folder);
        await using RunningGateway gateway = await RunningGateway.Start("demo");
        string[] keys = [.. Enumerable.Range(0, 600).Select(i => $"user-{i}")];
        Dictionary<string, string?> before = await gateway.NodesOf(keys);

        using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new
        {
            ID = "python",
            Name = "demo",
            Address = "127.0.0.1",
            Port = port,
            Check = new { HTTP = $"http://127.0.0.1:{port}/", Interval = "1s", Timeout = "1s" },
        });
        Assert.Equal(HttpStatusCode.OK, registered.StatusCode);
        await Eventually.IsTrue(async () => (await gateway.Client.GetStringAsync(new Uri(gateway.Admin, "/readyz"))).Contains("\"up\": 4", StringComparison.Ordinal), "the Python server's check passes");
        Dictionary<string, string?> with = await gateway.NodesOf(keys);

        // A quarter of 600 keys, within four standard deviations of the sample.
        Assert.InRange(with.Values.Count(node => node == "python"), 108, 192);
        Assert.All(keys, key => Assert.True(with[key] == before[key] || with[key] == "python", $"{key} moved from {before[key]} to {with[key]}."));

        using HttpResponseMessage gone = await gateway.Client.PutAsync(new Uri(gateway.Registry, "/v1/agent/service/deregister/python"), null);
        Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        long since = Stopwatch.GetTimestamp();
        string its = with.First(pair => pair.Value == "python").Key;
        await Eventually.IsTrue(async () => (await gateway.NodesOf([its]))[its] != "python", "the Python server gets nothing any more");
        // Milliseconds where nothing else runs, as loadtests/ChangeLatency measures.
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"no request to it {Stopwatch.GetElapsedTime(since).TotalSeconds:0.00} s after it deregistered"));
        Assert.Equal(before, await gateway.NodesOf(keys));
        Directory.Delete(folder, recursive: true);
    }
}
