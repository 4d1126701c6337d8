using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Functional.Processes;
using HashBalancer.Functional.Security;

namespace HashBalancer.Functional.Tls;

/// <summary>Names, versions and clients' certificates at the TLS address, and how clients are led there.</summary>
public sealed class TlsFrontTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly TestAuthority _authority;

    public TlsFrontTests() => _authority = new TestAuthority(_folder, "authority");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handshake_ByName_ShowsThatNamesCertificate()
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await Start(
            node,
            $"--HashBalancer:Proxy:Tls:Names:shop.example.com:CertificateFile={_authority.Sign("shop.example.com")}",
            $"--HashBalancer:Proxy:Tls:Names:*.example.org:CertificateFile={_authority.Sign("*.example.org")}");

        Assert.Equal("CN=shop.example.com", await Shown(gateway, "shop.example.com"));
        Assert.Equal("CN=shop.example.com", await Shown(gateway, "SHOP.example.com"));
        Assert.Equal("CN=*.example.org", await Shown(gateway, "a.example.org"));
        Assert.Equal("CN=localhost", await Shown(gateway, "a.b.example.org"));
        Assert.Equal("CN=localhost", await Shown(gateway, "example.com"));
    }

    [Fact]
    public async Task Handshake_OfAnOlderVersionThanAllowed_Fails()
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await Start(node, "--HashBalancer:Proxy:Tls:MinimumVersion=Tls13");

        Assert.Equal("CN=localhost", await Shown(gateway, "localhost", SslProtocols.Tls13));
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => Shown(gateway, "localhost", SslProtocols.Tls12));
        Assert.True(fault is AuthenticationException or IOException, fault.ToString());
    }

    [Fact]
    public async Task ClientCertificate_Required_IsHeldAgainstTheAuthoritiesAndPassedOnAsConfigured()
    {
        using var foreign = new TestAuthority(_folder, "foreign");
        await using var node = new EchoNode();
        string file = Path.Combine(_folder, "gateway.json");
        await File.WriteAllTextAsync(file, """
            { "ReverseProxy": { "Routes": { "everything": { "ClusterId": "demo", "Match": { "Path": "/{**rest}" }, "Transforms": [ { "ClientCert": "X-Client-Certificate" } ] } } } }
            """, Stop);
        await using RunningGateway gateway = await Start(
            node, "--config", file, "--HashBalancer:Proxy:Tls:ClientCertificates=Required", $"--HashBalancer:Proxy:Tls:ClientCaFile={_authority.File}");
        using X509Certificate2 alice = _authority.SignInMemory("alice"), mallory = foreign.SignInMemory("mallory");

        string answer = await Get(gateway, alice);
        Assert.Contains($"\nx-client-certificate: {Convert.ToBase64String(alice.RawData)}\n", answer, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(gateway, mallory));
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(gateway, null));
    }

    [Fact]
    public async Task ClientCertificate_Optional_IsNeededByNobodyAndStillChecked()
    {
        using var foreign = new TestAuthority(_folder, "foreign");
        await using var node = new EchoNode();
        await using RunningGateway gateway = await Start(
            node, "--HashBalancer:Proxy:Tls:ClientCertificates=Optional", $"--HashBalancer:Proxy:Tls:ClientCaFile={_authority.File}");
        using X509Certificate2 alice = _authority.SignInMemory("alice"), mallory = foreign.SignInMemory("mallory");

        Assert.Contains("\nx-forwarded-proto: https\n", await Get(gateway, null), StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-proto: https\n", await Get(gateway, alice), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => Get(gateway, mallory));
    }

    [Fact]
    public async Task RedirectAndHsts_Configured_LeadClientsToTls()
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await Start(
            node, "--HashBalancer:Proxy:Tls:RedirectHttp=true", "--HashBalancer:Proxy:Tls:RedirectPort=8443", "--HashBalancer:Proxy:Tls:HstsMaxAge=365.00:00:00",
            "--HashBalancer:Proxy:Tls:HstsSubdomains=true", "--HashBalancer:Proxy:TrustedNetworks:0=127.0.0.0/8");

        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpResponseMessage redirect = await plain.PostAsync(new Uri(gateway.Proxy, "/a%20b/c?d=e%26f"), new StringContent("x"), Stop);
        Assert.Equal(
            (HttpStatusCode.PermanentRedirect, "https://127.0.0.1:8443/a%20b/c?d=e%26f", false),
            (redirect.StatusCode, redirect.Headers.Location!.OriginalString, redirect.Headers.Contains("Strict-Transport-Security")));

        // Who came to a trusted proxy by TLS is where it should be.
        using var behind = new HttpRequestMessage(HttpMethod.Get, gateway.Proxy);
        behind.Headers.Add("X-Forwarded-Proto", "https");
        using HttpResponseMessage served = await plain.SendAsync(behind, Stop);
        Assert.Equal((HttpStatusCode.OK, "max-age=31536000; includeSubDomains"), (served.StatusCode, served.Headers.GetValues("Strict-Transport-Security").Single()));
    }

    [Fact]
    public async Task TlsKeys_Contradictory_AreReportedBeforeAnythingStarts()
    {
        await using ChildProcess gateway = ChildProcess.StartGateway(
            "validate", "--HashBalancer:Proxy:Tls:Listen=127.0.0.1:0", $"--HashBalancer:Proxy:Tls:CertificateFile={_authority.Sign("localhost")}",
            "--HashBalancer:Proxy:Tls:ClientCertificates=Required", "--HashBalancer:Proxy:Tls:Names:a b:CertificateFile=x", "--HashBalancer:Proxy:Tls:HandshakeTimeout=00:00:00",
            "--HashBalancer:Proxy:Tls:RedirectPort=0");
        Assert.Equal(2, await gateway.Exit());
        Assert.Equal(
            """
            hashbalancer: 4 faults; nothing was started.
              HashBalancer:Proxy:Tls:ClientCaFile: is missing; HashBalancer:Proxy:Tls:ClientCertificates is Required, which needs a PEM file of the authorities that sign them.
              HashBalancer:Proxy:Tls:HandshakeTimeout: is '00:00:00'; allowed are 00:00:01 to 00:02:00.
              HashBalancer:Proxy:Tls:Names:a b: is no host name; allowed are names such as shop.example.com, and *.example.com for all names one label below.
              HashBalancer:Proxy:Tls:RedirectPort: is 0; allowed are 1 to 65535.

            """,
            gateway.Errors);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<RunningGateway> Start(EchoNode node, params string[] arguments) => node.Start(
        ["--HashBalancer:Proxy:Tls:Listen=127.0.0.1:0", $"--HashBalancer:Proxy:Tls:CertificateFile={_authority.Sign("localhost")}", .. arguments]);

    private static async Task<string> Shown(RunningGateway gateway, string name, SslProtocols versions = SslProtocols.None)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Tls!.Port, Stop);
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, EnabledSslProtocols = versions }, Stop);
        return stream.RemoteCertificate!.Subject;
    }

    private static async Task<string> Get(RunningGateway gateway, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=localhost";
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler);
        return await client.GetStringAsync(new Uri(gateway.Tls!, "/"), Stop);
    }
}
