using System.Net;
using System.Net.Sockets;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional;

/// <summary>What is wrong is said once, wholly, and before anything starts.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task Run_FaultyConfiguration_NamesEveryFaultAndExitsWith2()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string file = Path.Combine(Directory.CreateTempSubdirectory("hashbalancer-").FullName, "faulty.json");
        await File.WriteAllTextAsync(file, """
            {
              "ReverseProxy": { "Routes": { "items": { "ClusterId": "itens", "Match": { "Path": "/items/{**rest}", "Hots": ["a"] } } } },
              "HashBalancr": { "Pools": {} },
              "HashBalancer": {
                "Proxi": { "Listen": "*:80" },
                "Admin": { "Listen": "nowhere" },
                "Consul": { "Address": "tcp://consul:8500" },
                "Membership": { "LossGrace": "02:00:00" },
                "Pools": {
                  "items": { "Service": "items", "HashKeys": [ "heder:X-User-Id", "client-ip" ], "OnlyPassing": "maybe" },
                  "users": { "HashKeys": [ "path" ] }
                }
              }
            }
            """);
        await using ChildProcess process = ChildProcess.StartGateway("run", "--config", file);
        Assert.Equal(2, await process.Exit());
        Assert.Empty(process.Output);
        string[] lines = process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [
                "hashbalancer: 9 faults; nothing was started.",
                "  HashBalancer:Admin:Listen: is 'nowhere', but must be HOST:PORT with HOST an IP address (IPv6 in brackets), localhost or *, and PORT 0 to 65535 (0: a free port).",
                "  HashBalancer:Consul:Address: 'tcp://consul:8500' is no address of an agent; allowed are http://host:port, https://host:port, host:port and unix:///path.",
                "  HashBalancer:Membership:LossGrace: is '02:00:00'; allowed are 00:00:00 to 01:00:00.",
                "  HashBalancer:Pools:items:HashKeys:0: is 'heder:X-User-Id': 'heder' is no kind of key source. Did you mean 'header'? Allowed: claim:<name>, client-ip, cookie:<name>, header:<name>, host, issued-cookie:<name>, jwt:<name>, path, query:<name>, segment:<name>.",
                "  HashBalancer:Pools:items:OnlyPassing: is 'maybe', but must be true or false.",
                "  HashBalancer:Pools:users:Service: is missing; it must name the Consul service whose instances are the pool's nodes.",
                "  HashBalancer:Proxi: is not a known key. Did you mean 'Proxy'? Allowed here: AccessLog, Admin, Allocation, Announcements, Consul, Coordination, Membership, Pools, Proxy, Publishing, Rebalancing, Registry, Telemetry, Zone.",
                "  HashBalancr: is not a known section. Did you mean 'HashBalancer'? Allowed: HashBalancer, ReverseProxy, Logging.",
                "  ReverseProxy:Routes:items:Match:Hots: is not a known key. Did you mean 'Hosts'? Allowed here: Headers, Hosts, Methods, Path, QueryParameters.",
            ],
            lines);
    }

    [Fact]
    public async Task Run_PortsInUse_NamesEachAndExitsWith2()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int otherPort = ((IPEndPoint)other.LocalEndpoint).Port;
        await using ChildProcess process = ChildProcess.StartGateway(
            "demo", $"--HashBalancer:Proxy:Listen=127.0.0.1:{port}", $"--HashBalancer:Registry:Listen=127.0.0.1:{otherPort}", "--HashBalancer:Admin:Listen=127.0.0.1:0");
        Assert.Equal(2, await process.Exit());
        Assert.Equal(
            [
                "hashbalancer: 2 faults; nothing was started.",
                $"  HashBalancer:Proxy:Listen: cannot listen on '127.0.0.1:{port}': the port is in use. Choose another port, or 0 for a free one.",
                $"  HashBalancer:Registry:Listen: cannot listen on '127.0.0.1:{otherPort}': the port is in use. Choose another port, or 0 for a free one.",
            ],
            process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("hashbalancer: 1 fault; nothing was started.\n  --nodse: is not understood. Did you mean '--nodes'? Configuration is given as --Section:Key=value; --help lists the options.\n", "demo", "--nodse")]
    [InlineData("hashbalancer: --nodes: is 0, but must be 1 to 100.\n", "demo", "--nodes", "0")]
    [InlineData("hashbalancer: 1 fault; nothing was started.\n  --config: names 'absent.json', which does not exist.\n", "validate", "--config", "absent.json")]
    public async Task CommandLine_Faulty_SaysWhatIsWrongAndExitsWith2(string expected, params string[] arguments)
    {
        await using ChildProcess process = ChildProcess.StartGateway(arguments);
        Assert.Equal(2, await process.Exit());
        Assert.Equal(expected, process.Errors);
    }

    [Fact]
    public async Task Sample_MalformedServiceId_SaysWhatIsAllowedAndExitsWith2()
    {
        await using ChildProcess process = ChildProcess.StartGateway("sample", "--id", "node 1/ü");
        Assert.Equal(2, await process.Exit());
        string line = Assert.Single(process.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]);
        Assert.Equal("  --id: 'node 1/ü' is not allowed; allowed: 1 to 255 of letters, digits and ._:-.", line);
    }

    [Fact]
    public async Task Registry_MalformedJson_GetsConsulsAnswer()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config/demo.json"));
        using var body = new StringContent("{\"Name\": ");
        using HttpResponseMessage answer = await gateway.Client.PutAsync(new Uri(gateway.Registry, "/v1/agent/service/register"), body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("Request decode failed: unexpected EOF", await answer.Content.ReadAsStringAsync());
    }
}
