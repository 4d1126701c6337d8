using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional;

/// <summary>Nodes drained from the command line, in two gateways before one registry.</summary>
public sealed class NodesCommandTests
{
    [Fact]
    public async Task Drain_ByOneGateway_HoldsInTheOtherAlsoAfterItsRestart()
    {
        await using ChildProcess registryProcess = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0");
        string registry = await registryProcess.LineAfter("registry ");
        string[] arguments = ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Consul:Address={registry}"];
        await using RunningGateway one = await RunningGateway.Start("run", arguments);
        FickleNode[] nodes = await FickleNode.StartFor(one, 2);
        try
        {
            await using (RunningGateway other = await RunningGateway.Start("run", arguments))
            {
                await other.NodesUp(2);
                Assert.Equal((0, "demo  n-1  Draining\n", ""), await Run("drain", "demo", "n-1", "--admin", one.Admin.ToString()));
                await Eventually.IsTrue(() => other.Ready("\"draining\": 1,"), "the other gateway drains it too", TimeSpan.FromSeconds(60));
            }

            await using RunningGateway again = await RunningGateway.Start("run", arguments);
            await Eventually.IsTrue(() => again.Ready("\"draining\": 1,"), "the drain outlives a gateway", TimeSpan.FromSeconds(60));
            Assert.Equal((0, """{"pool":"demo","node":"n-1","state":"Up"}""" + "\n", ""), await Run("undrain", "DEMO", "n-1", "--admin", again.Admin.ToString(), "--output", "json"));
            await one.NodesUp(2);
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Drain_Impossible_SaysWhyAndExitsWith1Or2()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));

        Assert.Equal((1, "", "hashbalancer: Pool 'demo' has no node 'n-9'.\n"), await Run("drain", "demo", "n-9", "--admin", gateway.Admin.ToString()));
        Assert.Equal((2, "", "hashbalancer: --admin: is 'nowhere', but must be an address such as http://127.0.0.1:8090.\n"), await Run("drain", "demo", "n-1", "--admin", "nowhere"));
        (int exitCode, _, string errors) = await Run("drain", "demo", "n-1", "--admin", $"http://127.0.0.1:{FreePort.Next()}");
        Assert.Equal(1, exitCode);
        Assert.Contains("is no gateway's admin address, or it does not run", errors, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        await using ChildProcess process = ChildProcess.StartGateway(["nodes", .. arguments]);
        int exitCode = await process.Exit();
        return (exitCode, process.Output, process.Errors);
    }
}
