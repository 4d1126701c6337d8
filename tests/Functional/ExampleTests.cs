using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;
using HashBalancer.Functional.Tls;

namespace HashBalancer.Functional;

/// <summary>The examples of config/ are valid configurations, and can be held against the registry that they name.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;

    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Path.Combine(GatewayBuild.Root, "config", "examples"), "*.json").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Validate_Example_IsValid(string example)
    {
        await using ChildProcess process = ChildProcess.StartGateway("validate", "--config", await Placed(example));
        Assert.Equal((0, ""), (await process.Exit(), process.Errors));
        Assert.StartsWith("The configuration is valid: ", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_Live_SaysWhatAGatewayWouldFind()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"));
        FickleNode[] nodes = await FickleNode.StartFor(gateway, 2);
        try
        {
            string registry = gateway.Registry.GetLeftPart(UriPartial.Authority);
            await using ChildProcess right = ChildProcess.StartGateway(
                "validate", "--live", "--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), $"--HashBalancer:Consul:Address={registry}");
            Assert.Equal(0, await right.Exit());
            Assert.Matches("\nregistry +ok +http://127.0.0.1:[0-9]+, whose leader is ", right.Output);
            Assert.Contains("\npool demo             ok    service 'demo' has 2 instance(s), 2 of which would serve\n", right.Output, StringComparison.Ordinal);
            Assert.Contains("\nleader                ok    key hashbalancer/leader is held\n", right.Output, StringComparison.Ordinal);

            await using ChildProcess wrong = ChildProcess.StartGateway(
                "validate", "--live", $"--HashBalancer:Consul:Address={registry}", "--HashBalancer:Pools:items:Service=items");
            Assert.Equal(1, await wrong.Exit());
            Assert.Contains("\npool items            NO    service 'items' has 0 instance(s), 0 of which would serve\n", wrong.Output, StringComparison.Ordinal);
        }
        finally
        {
            foreach (FickleNode node in nodes)
                await node.DisposeAsync();
        }

        await using ChildProcess nowhere = ChildProcess.StartGateway("validate", "--live", "--HashBalancer:Consul:Address=http://127.0.0.1:1");
        Assert.Equal(1, await nowhere.Exit());
        Assert.Contains("\nregistry              NO  ", nowhere.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A copy whose files are in a folder of the test's.</summary>
    private async Task<string> Placed(string example)
    {
        string tls = Directory.CreateDirectory(Path.Combine(_folder, "tls")).FullName;
        foreach (string name in (string[])["default", "shop", "gateway"])
        {
            var files = new SelfSigned(tls);
            files.Replace();
            File.Move(files.CertificateFile, Path.Combine(tls, $"{name}.pem"), overwrite: true);
            File.Move(files.KeyFile, Path.Combine(tls, $"{name}.key"), overwrite: true);
        }

        foreach (string authority in (string[])["clients", "nodes-ca", "consul-ca"])
        {
            using var made = new TestAuthority(tls, authority);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "consul-token"), "00000000-0000-4000-8000-000000000000\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "admin-token"), "a-token-that-is-long-enough\n");
        string text = await File.ReadAllTextAsync(Path.Combine(GatewayBuild.Root, "config", "examples", example));
        string file = Path.Combine(_folder, example);
        await File.WriteAllTextAsync(file, text.Replace("/etc/hashbalancer", _folder, StringComparison.Ordinal).Replace("/var/lib/hashbalancer", _folder, StringComparison.Ordinal));
        return file;
    }
}
