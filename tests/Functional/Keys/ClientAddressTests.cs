using System.Net;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Keys;

/// <summary>Whose address <c>client-ip</c> is when proxies stand before the gateway.</summary>
public sealed class ClientAddressTests
{
    [Fact]
    public async Task ForwardedFor_TrustedFromTheRight_IsTheKeyUpToTheFirstWhoIsNot()
    {
        await using RunningGateway gateway = await Start("--HashBalancer:Proxy:TrustedNetworks:0=127.0.0.0/8", "--HashBalancer:Proxy:TrustedNetworks:1=10.0.0.0/8");
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 5);
        try
        {
            // Many clients behind the proxies: more than one node; and what a client writes itself, left of its own address, says nothing.
            HashSet<string> seen = new(StringComparer.Ordinal);
            for (int i = 1; i <= 20; i++)
            {
                string node = await NodeFor(gateway, $"203.0.113.{i}, 10.1.1.1");
                Assert.Equal(node, await NodeFor(gateway, $"198.51.100.{i}, 203.0.113.{i}"));
                seen.Add(node);
            }

            Assert.InRange(seen.Count, 3, 5);
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task ForwardedFor_NobodyTrusted_SaysNothing()
    {
        await using RunningGateway gateway = await Start();
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 5);
        try
        {
            string node = await NodeFor(gateway, null);
            for (int i = 1; i <= 20; i++)
                Assert.Equal(node, await NodeFor(gateway, $"203.0.113.{i}"));
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task TrustedNetworks_Faulty_AreReportedBeforeAnythingStarts()
    {
        await using ChildProcess gateway = ChildProcess.StartGateway("validate", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), "--HashBalancer:Proxy:TrustedNetworks:0=10.0.0.0/33");
        Assert.Equal(2, await gateway.Exit());
        Assert.Contains(
            "HashBalancer:Proxy:TrustedNetworks:0: is '10.0.0.0/33', but must be a network such as 10.0.0.0/8 or fd00::/8.",
            gateway.Output + gateway.Errors, StringComparison.Ordinal);
    }

    private static Task<RunningGateway> Start(params string[] arguments) => RunningGateway.Start(
        "run", ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), "--HashBalancer:Pools:demo:HashKeys:0=client-ip", "--HashBalancer:Pools:demo:HashKeys:1=path", .. arguments]);

    private static async Task<string> NodeFor(RunningGateway gateway, string? forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Proxy, "/items/1"));
        if (forwardedFor is not null)
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        using HttpResponseMessage response = await gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
