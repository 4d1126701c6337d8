using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Failures;

/// <summary>Every node is stopped and started again, one after the other, under load.</summary>
public sealed class RollingRestartTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Sigterm_EveryNodeInTurn_FailsNoRequestOfAnyMethod()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        string[] ids = ["node-1", "node-2", "node-3"];
        ChildProcess[] nodes = [.. ids.Select(id => StartNode(gateway, id))];
        try
        {
            await gateway.NodesUp(ids.Length);
            await using SteadyLoad load = SteadyLoad.Start(gateway, perSecond: 200, i => SteadyLoad.Request(gateway, i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, i));
            for (int i = 0; i < ids.Length; i++)
            {
                ProcessTable.Signal(nodes[i].Id, Terminate);
                Assert.Equal(0, await nodes[i].Exit());
                await nodes[i].DisposeAsync();
                nodes[i] = StartNode(gateway, ids[i]);
                await gateway.NodesUp(ids.Length);
            }

            long answered = await load.Stop();
            Assert.Empty(load.Faults);
            Assert.True(answered > 200, $"{answered} requests are too few to say anything.");
        }
        finally
        {
            foreach (ChildProcess node in nodes)
                await node.DisposeAsync();
        }
    }

    private static ChildProcess StartNode(RunningGateway gateway, string id) => ChildProcess.StartGateway(
        "sample", "--until-stdin-closes", "--id", id, "--registry", gateway.Registry.GetLeftPart(UriPartial.Authority), "--ttl", "10");
}
