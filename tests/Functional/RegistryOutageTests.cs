using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A gateway beside a Consul agent of somebody else's: here the embedded registry of another process.</summary>
public sealed class RegistryOutageTests
{
    private const string DemoConfig = "config/demo.json";

    [Fact]
    public async Task ConsulAddress_Given_IsUsedAndNoRegistryIsStarted()
    {
        await using RunningGateway first = await RunningGateway.Start("demo");
        await using RunningGateway second = await StartWith(first.Registry);
        Assert.Equal(first.Registry, second.Registry);
        Assert.DoesNotContain("embedded", second.Process.Output, StringComparison.Ordinal);
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"user-{i}")];
        await Eventually.IsTrue(async () => !(await second.NodesOf(keys)).ContainsValue(null), "the second gateway serves");
        Assert.Equal(await first.NodesOf(keys), await second.NodesOf(keys));
    }

    [Fact]
    public async Task ConsulAddress_NobodyAnswers_SaysSoAndRecoversByItself()
    {
        int port = FreePort.Next();
        await using RunningGateway gateway = await StartWith(new Uri($"http://127.0.0.1:{port}"));
        using (HttpResponseMessage refused = await gateway.Get("/items/1", "alice"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            Assert.Contains("registry", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("does not answer", StringComparison.Ordinal), "the log says that the registry does not answer");
        using (HttpResponseMessage ready = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("Unreachable", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await using RunningGateway registry = await RunningGateway.Start("demo", $"--HashBalancer:Registry:Listen=127.0.0.1:{port}");
        await Eventually.IsTrue(async () => (await gateway.NodesOf(["alice"]))["alice"] is not null, "the gateway recovers");
        Assert.Equal(HttpStatusCode.OK, (await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"))).StatusCode);
        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("answers again after", StringComparison.Ordinal), "the log says that the registry is back");
        Assert.Single(Regex.Matches(gateway.Process.Errors, "does not answer"));
    }

    [Fact]
    public async Task Restart_RegistryDown_ServesFromTheLastKnownGoodFile()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "state", "known.json");
        string known = $"--HashBalancer:Membership:LastKnownGoodFile={file}";
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"user-{i}")];
        await using RunningGateway registry = await RunningGateway.Start("demo");
        await Eventually.IsTrue(async () => !(await registry.NodesOf(keys)).ContainsValue(null), "the nodes are there");
        Dictionary<string, string?> before;
        await using (RunningGateway first = await StartWith(registry.Registry, known))
        {
            await Eventually.IsTrue(async () => !(await first.NodesOf(keys)).ContainsValue(null), "the first gateway serves");
            before = await first.NodesOf(keys);
            first.Process.Interrupt();
            Assert.Equal(0, await first.Process.Exit());
        }

        await using RunningGateway second = await StartWith(new Uri($"http://127.0.0.1:{FreePort.Next()}"), known);
        Assert.Equal(before, await second.NodesOf(keys));
        using HttpResponseMessage ready = await second.Client.GetAsync(new Uri(second.Admin, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("LastKnownGood", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Eventually.IsTrue(() => second.Process.Errors.Contains("does not answer", StringComparison.Ordinal), "the log says that the registry does not answer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Registry_KilledAndRestartedUnderLoad_FailsNoRequest(bool snapshot)
    {
        int port = FreePort.Next();
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "registry.json");
        string[] arguments = ["registry", "--until-stdin-closes", "--listen", $"127.0.0.1:{port}"];
        if (snapshot)
            arguments = [.. arguments, "--snapshot", file];
        await using ChildProcess first = ChildProcess.StartGateway(arguments);
        await first.LineAfter("registry ");
        await using RunningGateway gateway = await RunningGateway.Start("demo", $"--HashBalancer:Consul:Address=http://127.0.0.1:{port}");
        string[] keys = [.. Enumerable.Range(0, 100).Select(i => $"user-{i}")];
        Dictionary<string, string?> before = await gateway.NodesOf(keys);
        Assert.DoesNotContain(null, before.Values);
        // A kill may lose the last second's changes: what it is to come back with has to be in the file.
        if (snapshot)
            await Eventually.IsTrue(() => PassingIn(file) == 3, "the snapshot has all nodes");

        // Longer than the samples' TTL of 3 s: a node must not be lost by it.
        first.Kill();
        await first.Exit();
        long lost = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(lost) < TimeSpan.FromSeconds(4))
            Assert.Equal(before, await gateway.NodesOf(keys));

        await using ChildProcess second = ChildProcess.StartGateway(arguments);
        await second.LineAfter("registry ");
        await Eventually.IsTrue(async () =>
        {
            Assert.Equal(before, await gateway.NodesOf(keys));
            string passing = await gateway.Client.GetStringAsync(new Uri(gateway.Registry, "/v1/health/service/demo?passing"));
            return Regex.Matches(passing, "\"ServiceID\":\\s*\"node-\\d\"").Select(match => match.Value).Distinct(StringComparer.Ordinal).Count() == 3;
        }, "the agents are registered again", TimeSpan.FromSeconds(60));
        await Eventually.IsTrue(() => gateway.Process.Errors.Contains("answers again after", StringComparison.Ordinal), "the gateway hears of it");
        Assert.Equal(before, await gateway.NodesOf(keys));
    }

    /// <summary>How many instances of the sample service a snapshot has with a passing check.</summary>
    private static int PassingIn(string file)
    {
        if (!File.Exists(file))
            return 0;
        using var snapshot = JsonDocument.Parse(File.ReadAllBytes(file));
        return snapshot.RootElement.GetProperty("AgentChecks").EnumerateArray().Select(check => check.GetProperty("Row"))
            .Where(row => row.GetProperty("ServiceName").ValueEquals("demo") && row.GetProperty("Status").ValueEquals("passing"))
            .Select(row => row.GetProperty("ServiceID").GetString()).Distinct(StringComparer.Ordinal).Count();
    }

    private static Task<RunningGateway> StartWith(Uri consul, params string[] more) =>
        RunningGateway.Start(
            "run", ["--config", Path.Combine(GatewayBuild.Root, DemoConfig), $"--HashBalancer:Consul:Address={consul.GetLeftPart(UriPartial.Authority)}", .. more]);
}
