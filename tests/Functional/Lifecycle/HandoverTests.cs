using System.Globalization;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Lifecycle;

/// <summary>A gateway is replaced by another process under load, and nobody notices.</summary>
public sealed class HandoverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly int _proxy = FreePort.Next();
    private readonly int _admin = FreePort.Next();

    private string Socket => Path.Combine(_folder, "handover");

    [Fact]
    public async Task TakeOver_UnderLoad_FailsNoRequest()
    {
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0");
        string consul = await registry.LineAfter("registry ");
        RunningGateway gateway = await Start(consul);
        await using var node = new FickleNode("n-0");
        await node.JoinAsync(gateway);
        await gateway.NodesUp(1);

        // One client keeps its connections, the other opens one for each request.
        using var keeping = new HttpClient();
        using var opening = new HttpClient();
        opening.DefaultRequestHeaders.ConnectionClose = true;
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_proxy}/"));
        await using SteadyLoad kept = SteadyLoad.Start(gateway, 200, i => new HttpRequestMessage(i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, address), keeping);
        await using SteadyLoad opened = SteadyLoad.Start(gateway, 100, _ => new HttpRequestMessage(HttpMethod.Get, address), opening);
        try
        {
            for (int i = 0; i < 3; i++)
            {
                long before = kept.Answered;
                RunningGateway next = await Start(consul, "--take-over");
                Assert.Equal(0, await gateway.Process.Exit());
                await gateway.DisposeAsync();
                gateway = next;
                await Eventually.IsTrue(() => kept.Answered > before + 100, "requests go on", TimeSpan.FromSeconds(30));
            }

            Assert.True(await kept.Stop() > 300 && await opened.Stop() > 100);
            Assert.Empty(kept.Faults);
            Assert.Empty(opened.Faults);
            Assert.True(await gateway.Ready("\"ready\": true"));
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task TakeOver_BySomebodyWhoNeverServes_ChangesNothing()
    {
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0");
        await using RunningGateway gateway = await Start(await registry.LineAfter("registry "));
        await using var node = new FickleNode("n-0");
        await node.JoinAsync(gateway);
        await gateway.NodesUp(1);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));

        foreach (string hello in (string[])["hashbalancer 1 take-over\n", "GET / HTTP/1.1\r\n\r\n", ""])
        {
            using var successor = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await successor.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
            await successor.SendAsync(Encoding.ASCII.GetBytes(hello), TestContext.Current.CancellationToken);
        }

        await Eventually.IsTrue(
            () => gateway.Process.Errors.Split('\n').Count(line => line.Contains("A hand-over failed, and this process goes on", StringComparison.Ordinal)) == 3, "each is told");
        using HttpResponseMessage answer = await gateway.Get("/");
        Assert.True(answer.IsSuccessStatusCode);
        gateway.Process.Terminate();
        Assert.Equal(0, await gateway.Process.Exit());
        Assert.False(File.Exists(Socket));
    }

    [Theory]
    [InlineData("--take-over: needs HashBalancer:Proxy:HandoverSocket, the socket by which the gateway that runs hands over.", "--take-over")]
    [InlineData("HashBalancer:Proxy:HandoverSocket: needs a registry that outlives this process: name a Consul agent with HashBalancer:Consul:Address.", "--HashBalancer:Proxy:HandoverSocket=/tmp/x")]
    [InlineData("HashBalancer:Proxy:HandoverSocket: is 'x', but must be an absolute path of up to 90 characters.", "--HashBalancer:Consul:Address=http://127.0.0.1:1", "--HashBalancer:Proxy:HandoverSocket=x")]
    [InlineData("HashBalancer:Proxy:HandoverSocket: needs HashBalancer:Proxy:Io to be IoUring or Epoll, which is Pool.", "--HashBalancer:Consul:Address=http://127.0.0.1:1", "--HashBalancer:Proxy:HandoverSocket=/tmp/x", "--HashBalancer:Proxy:Io=Pool")]
    public async Task Run_HandoverFaulty_SaysWhyAndExitsWith2(string fault, params string[] arguments)
    {
        await using ChildProcess gateway = ChildProcess.StartGateway(["run", "--HashBalancer:Proxy:Listen=127.0.0.1:0", "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0", .. arguments]);
        Assert.Equal(2, await gateway.Exit());
        Assert.Equal($"hashbalancer: 1 fault; nothing was started.\n  {fault}\n", gateway.Errors);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<RunningGateway> Start(string consul, params string[] arguments) => RunningGateway.Start(
        "run",
        [
            "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Consul:Address={consul}", $"--HashBalancer:Proxy:HandoverSocket={Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--HashBalancer:Proxy:Listen=127.0.0.1:{_proxy}"),
            string.Create(CultureInfo.InvariantCulture, $"--HashBalancer:Admin:Listen=127.0.0.1:{_admin}"), .. arguments,
        ]);
}
