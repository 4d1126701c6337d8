using System.Net;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Functional.Processes;
using HashBalancer.Functional.Security;

namespace HashBalancer.Functional.Tls;

/// <summary>Nodes are reached by TLS, both sides showing certificates.</summary>
public sealed class NodeTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly TestAuthority _authority;

    public NodeTlsTests() => _authority = new TestAuthority(_folder, "authority");

    [Theory]
    [InlineData("127.0.0.1", "--HashBalancer:Pools:demo:Tls:Enabled=true")]
    [InlineData("items.internal", "--HashBalancer:Pools:demo:Tls:Enabled=true", "--HashBalancer:Pools:demo:Tls:ServerName=items.internal")]
    [InlineData("items.internal", "--HashBalancer:Pools:demo:Tls:ServerName=items.internal")]
    public async Task Node_ByTls_GetsTheGatewaysCertificateAndShowsOneOfTheAuthority(string name, params string[] arguments)
    {
        using X509Certificate2 certificate = _authority.SignInMemory(name);
        await using var node = new EchoNode(certificate, asksForCertificate: true);
        await using RunningGateway gateway = await Start(
            node, isInMeta: !arguments.Contains("--HashBalancer:Pools:demo:Tls:Enabled=true"),
            [$"--HashBalancer:Pools:demo:Tls:CaFile={_authority.File}", $"--HashBalancer:Pools:demo:Tls:CertificateFile={_authority.Sign("gateway")}", .. arguments]);

        string answer = await gateway.Client.GetStringAsync(new Uri(gateway.Proxy, "/"), TestContext.Current.CancellationToken);
        Assert.StartsWith("certificate: CN=gateway\nscheme: https\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("items.internal", false)]
    [InlineData("127.0.0.1", true)]
    public async Task Node_WithACertificateOfAnotherNameOrAuthority_IsNotTalkedTo(string name, bool isForeign)
    {
        using var foreign = new TestAuthority(_folder, "foreign");
        using X509Certificate2 certificate = (isForeign ? foreign : _authority).SignInMemory(name);
        await using var node = new EchoNode(certificate);
        await using RunningGateway gateway = await Start(
            node, isInMeta: false, ["--HashBalancer:Pools:demo:Tls:Enabled=true", $"--HashBalancer:Pools:demo:Tls:CaFile={_authority.File}"]);

        using HttpResponseMessage answer = await gateway.Get("/");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
    }

    [Fact]
    public async Task NodeTls_Faulty_IsReportedBeforeAnythingStarts()
    {
        string missing = Path.Combine(_folder, "missing.pem");
        await using ChildProcess gateway = ChildProcess.StartGateway(
            "validate", "--HashBalancer:Pools:items:Service=items", $"--HashBalancer:Pools:items:Tls:CaFile={missing}", "--HashBalancer:Pools:items:Tls:SkipVerify=true",
            "--HashBalancer:Pools:items:Tls:KeyFile=x");
        Assert.Equal(2, await gateway.Exit());
        Assert.Equal(
            $"""
            hashbalancer: 3 faults; nothing was started.
              HashBalancer:Pools:items:Tls:CaFile: is '{missing}', which cannot be used: Could not find file '{missing}'.
              HashBalancer:Pools:items:Tls:KeyFile: is 'x', which is of no use without HashBalancer:Pools:items:Tls:CertificateFile.
              HashBalancer:Pools:items:Tls:SkipVerify: is true and takes any certificate, so that HashBalancer:Pools:items:Tls:CaFile and HashBalancer:Pools:items:Tls:ServerName have no effect; set one or the others.

            """,
            gateway.Errors);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<RunningGateway> Start(EchoNode node, bool isInMeta, string[] arguments)
    {
        RunningGateway gateway = await RunningGateway.Start("run", ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), .. arguments]);
        await node.JoinAsync(gateway, isInMeta ? new Dictionary<string, string>(StringComparer.Ordinal) { ["hashbalancer-scheme"] = "https" } : null);
        await gateway.NodesUp(1);
        return gateway;
    }
}
