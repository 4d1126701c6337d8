using System.Globalization;
using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>A program in another language as a registered instance.</summary>
public sealed class AgentCommandTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Agent_PythonServer_ServesUntilToldToStop()
    {
        Peer.Require("python3");
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        int port = FreePort.Next();
        await using ChildProcess agent = ChildProcess.StartGateway(
            "agent", "--service", "demo", "--id", "python-1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--registry", gateway.Registry.GetLeftPart(UriPartial.Authority), "--check", "ttl", "--interval", "3",
            "--", "python3", "-m", "http.server", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1");
        await Eventually.IsTrue(async () => await Status(gateway) == HttpStatusCode.OK, "the Python server serves");
        // Beside it runs the guard that ends it with the agent.
        int python = Assert.Single(ProcessTable.ChildrenOf(agent.Id), child => !ProcessTable.ArgumentsOf(child).Contains("hashbalancer-guard"));

        ProcessTable.Signal(agent.Id, Terminate);
        await agent.Exit();
        Assert.False(ProcessTable.IsRunning(python));
        Assert.Equal("[]", await gateway.Client.GetStringAsync(new Uri(gateway.Registry, "/v1/health/service/demo")));
        await Eventually.IsTrue(async () => await Status(gateway) == HttpStatusCode.ServiceUnavailable, "nobody serves any more");
    }

    [Fact]
    public async Task Agent_ProgramThatIsNotThere_ExitsAsAShellDoes()
    {
        await using ChildProcess agent = ChildProcess.StartGateway("agent", "--service", "web", "--port", "5000", "--", "no-such-program-here");
        Assert.Equal(127, await agent.Exit());
        Assert.StartsWith("hashbalancer: Cannot start 'no-such-program-here'", agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_FaultyOptions_NamesEachAndExitsWith2()
    {
        await using ChildProcess agent = ChildProcess.StartGateway("agent", "--service", "web", "--port", "0", "--id", "a b", "--", "true");
        Assert.Equal(2, await agent.Exit());
        Assert.Equal(
            [
                "hashbalancer: 2 faults; nothing was started.",
                "  --id: 'a b' is not allowed; allowed: 1 to 255 of letters, digits and ._:-.",
                "  --port: '0' is not allowed; allowed: 1 to 65535.",
            ],
            agent.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<HttpStatusCode> Status(RunningGateway gateway)
    {
        using HttpResponseMessage response = await gateway.Get("/", "alice");
        return response.StatusCode;
    }
}
