using System.Globalization;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Lifecycle;

/// <summary>What the gateway and systemd say to each other.</summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly string[] Arguments =
    [
        "run", "--until-stdin-closes", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), "--HashBalancer:Admin:Listen=127.0.0.1:0", "--HashBalancer:Registry:Listen=127.0.0.1:0",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notify_FromStartToEnd_TellsWhatItDoes()
    {
        string path = Path.Combine(_folder, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using ChildProcess gateway = ChildProcess.StartGateway(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "200000" }, [.. Arguments, "--HashBalancer:Proxy:Listen=127.0.0.1:0"]);

        HashSet<string> said = new(StringComparer.Ordinal);
        string ready = string.Create(CultureInfo.InvariantCulture, $"READY=1\nMAINPID={gateway.Id}\nSTATUS=Serving.");
        await Until(() => said.Contains(ready));
        await Until(() => said.Contains("WATCHDOG=1"));
        gateway.Terminate();
        await Until(() => said.Contains("STOPPING=1"));
        Assert.Equal(0, await gateway.Exit());

        async Task Until(Func<bool> isEnough)
        {
            byte[] buffer = new byte[1024];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            while (!isEnough())
                said.Add(Encoding.UTF8.GetString(buffer, 0, await systemd.ReceiveAsync(buffer, limit.Token)));
        }
    }

    [Fact]
    public async Task Terminate_AtTheMomentOfReady_StopsAsEver()
    {
        string path = Path.Combine(_folder, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using ChildProcess gateway = ChildProcess.StartGateway(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["NOTIFY_SOCKET"] = path }, [.. Arguments, "--HashBalancer:Proxy:Listen=127.0.0.1:0"]);
        Assert.StartsWith("READY=1\n", await Next(), StringComparison.Ordinal);
        gateway.Terminate();
        Assert.Equal("STOPPING=1", await Next());
        Assert.Equal(0, await gateway.Exit());

        async Task<string> Next()
        {
            byte[] buffer = new byte[1024];
            return Encoding.UTF8.GetString(buffer, 0, await systemd.ReceiveAsync(buffer, Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Stop));
        }
    }

    [Theory]
    [InlineData("IoUring")]
    [InlineData("Epoll")]
    [InlineData("Pool")]
    public async Task SocketActivation_ConnectionBeforeTheStart_IsServed(string io)
    {
        Peer.Require("systemd-socket-activate");
        int port = FreePort.Next();
        // It listens, and starts the gateway when the first connection is there.
        await using ChildProcess gateway = ChildProcess.Start(
            "systemd-socket-activate",
            [
                "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "dotnet", GatewayBuild.Assembly, .. Arguments,
                string.Create(CultureInfo.InvariantCulture, $"--HashBalancer:Proxy:Listen=127.0.0.1:{port}"), $"--HashBalancer:Proxy:Io={io}",
            ]);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        int status = 0;
        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    using HttpResponseMessage answer = await client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), Stop);
                    status = (int)answer.StatusCode;
                    return true;
                }
                catch (HttpRequestException)
                {
                    // systemd-socket-activate itself does not listen yet.
                    return false;
                }
            },
            "the gateway answers", TimeSpan.FromSeconds(60));

        // No node is registered; that is the gateway's own answer.
        Assert.Equal(503, status);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), await gateway.LineAfter("proxy "));
        gateway.Terminate();
        Assert.Equal(0, await gateway.Exit());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
