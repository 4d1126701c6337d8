using System.Net;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Lifecycle;

/// <summary>A gateway that is told to stop says so, serves on, lets its requests finish, and ends with 0.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Sigterm_WithDrainDelay_IsNotReadyServesOnAndFinishesWhatIsInFlight()
    {
        await using RunningGateway gateway = await Start("--HashBalancer:Proxy:DrainDelay=00:00:03");
        await using FickleNode node = (await FickleNode.StartFor(gateway, 1))[0];
        Task<HttpResponseMessage> held = await Hold(gateway, node);

        gateway.Process.Terminate();
        await Eventually.IsTrue(
            async () =>
            {
                using HttpResponseMessage ready = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"));
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "it is not ready");
        using HttpResponseMessage served = await gateway.Get("/");
        Assert.Equal((HttpStatusCode.OK, true), (served.StatusCode, served.Headers.ConnectionClose));

        await Eventually.IsTrue(async () => await IsRefused(gateway), "nobody is let in any more", TimeSpan.FromSeconds(30));
        node.Release();
        using HttpResponseMessage finished = await held;
        Assert.Equal(HttpStatusCode.OK, finished.StatusCode);
        Assert.Equal(0, await gateway.Process.Exit());
    }

    [Fact]
    public async Task Sigterm_RequestLongerThanTheDrainTime_IsBrokenOff()
    {
        await using RunningGateway gateway = await Start("--HashBalancer:Proxy:DrainTime=00:00:01");
        await using FickleNode node = (await FickleNode.StartFor(gateway, 1))[0];
        Task<HttpResponseMessage> held = await Hold(gateway, node);

        gateway.Process.Terminate();
        Assert.Equal(0, await gateway.Process.Exit());
        await Assert.ThrowsAsync<HttpRequestException>(() => held);
    }

    private static Task<RunningGateway> Start(string setting) =>
        RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), setting);

    /// <summary>A request that the node has and does not answer yet.</summary>
    private static async Task<Task<HttpResponseMessage>> Hold(RunningGateway gateway, FickleNode node)
    {
        Task<HttpResponseMessage> held = gateway.Get("/held");
        await Eventually.IsTrue(() => node.Held == 1, "a request is in flight");
        return held;
    }

    private static async Task<bool> IsRefused(RunningGateway gateway)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, gateway.Proxy.Port, TestContext.Current.CancellationToken);
            return false;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return true;
        }
    }
}
