using System.Net;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Functional.Processes;
using HashBalancer.Functional.Tls;

namespace HashBalancer.Functional.Security;

/// <summary>Who reaches the admin server, by what, and what its answers allow.</summary>
public sealed class AdminSecurityTests : IDisposable
{
    private const string Token = "a-token-of-32-characters-or-more";

    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly TestAuthority _authority;

    public AdminSecurityTests() => _authority = new TestAuthority(_folder, "authority");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Demo => Path.Combine(GatewayBuild.Root, "config", "demo.json");

    [Fact]
    public async Task Admin_ByTlsWithCertificates_AnswersThoseWhoShowOne()
    {
        using var foreign = new TestAuthority(_folder, "foreign");
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Demo, $"--HashBalancer:Admin:Tls:CertificateFile={_authority.Sign("127.0.0.1")}", $"--HashBalancer:Admin:Tls:ClientCaFile={_authority.File}");
        Assert.Equal("https", gateway.Admin.Scheme);

        using (X509Certificate2 operatorsOwn = _authority.SignInMemory("operator"), anothers = foreign.SignInMemory("mallory"))
        {
            Assert.Equal(HttpStatusCode.OK, await Status(gateway, operatorsOwn));
            await Assert.ThrowsAsync<HttpRequestException>(() => Status(gateway, anothers));
            await Assert.ThrowsAsync<HttpRequestException>(() => Status(gateway, null));
        }

        string admin = gateway.Admin.GetLeftPart(UriPartial.Authority);
        await using ChildProcess ready = ChildProcess.StartGateway("ready", "--admin", admin, "--ca-file", _authority.File, "--certificate-file", _authority.Sign("operator"));
        Assert.Equal((0, "ready: 1 pool(s), 0 node(s) up\n"), (await ready.Exit(), ready.Output));
        await using ChildProcess stranger = ChildProcess.StartGateway("ready", "--admin", admin, "--ca-file", _authority.File);
        Assert.Equal(1, await stranger.Exit());
        await using ChildProcess faulty = ChildProcess.StartGateway("ready", "--admin", admin, "--ca-file", Path.Combine(_folder, "missing"));
        Assert.Equal(2, await faulty.Exit());
    }

    [Fact]
    public async Task Answers_OfEveryKind_SayWhatBrowsersMayDoWithThem()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Demo);
        foreach (string path in (string[])["/", "/healthz", "/readyz", "/metrics", "/api/v1/pools", "/no-such-thing"])
        {
            using HttpResponseMessage answer = await gateway.Client.GetAsync(new Uri(gateway.Admin, path), Stop);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Path_LeadingOutOfTheAssets_FindsNothing()
    {
        await using RunningGateway gateway = await RunningGateway.Start("run", "--config", Demo);
        string[] paths =
        [
            "/../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/dashboard/../../../etc/passwd", "/dashboard/..%5c..%5cetc/passwd", "//etc/passwd",
            "/dashboard//etc/passwd", "/assets/%00/etc/passwd", "/assets/..;/..;/etc/passwd",
        ];
        foreach (string path in paths)
        {
            using RawConnection connection = await RawConnection.Open(gateway.Admin);
            await connection.Send($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            string answer = await connection.ToEnd();
            Assert.True(answer.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{path}: {answer}");
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Token_OffLoopback_IsNeededAndGuessingItIsSlowed()
    {
        string file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, Token + "\n", Stop);
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", Demo, "--HashBalancer:Admin:Listen=*:0", $"--HashBalancer:Admin:TokenFile={file}");
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(null));
        Assert.Equal(HttpStatusCode.OK, await Ask(Token));

        // A list of a thousand guesses: only the first few are looked at, and not even the right one after them.
        List<HttpStatusCode> answers = [];
        for (int i = 0; i < 1000; i++)
            answers.Add(await Ask(FormattableString.Invariant($"guess-{i}")));
        Assert.InRange(answers.Count(status => status == HttpStatusCode.Unauthorized), 1, 20);
        Assert.InRange(answers.Count(status => status == HttpStatusCode.TooManyRequests), 980, 999);
        Assert.Equal(HttpStatusCode.TooManyRequests, await Ask(Token));

        // Requests of clients are none of its concern, and probes need no token.
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(gateway.Admin, "/healthz"), Stop)).StatusCode);
        // The token stands in no log.
        Assert.DoesNotContain(Token, gateway.Process.Errors + gateway.Process.Output, StringComparison.Ordinal);

        async Task<HttpStatusCode> Ask(string? token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Admin, "/api/v1/pools"));
            if (token is not null)
                request.Headers.Authorization = new("Bearer", token);
            using HttpResponseMessage answer = await client.SendAsync(request, Stop);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Secrets_OfEveryKind_StandInNoLogAndNoConfiguration()
    {
        const string ConsulToken = "11111111-2222-4333-8444-555555555555";
        string tokenFile = Path.Combine(_folder, "registry-token"), configuration = Path.Combine(_folder, "gateway.json");
        await File.WriteAllTextAsync(tokenFile, ConsulToken + "\n", Stop);
        await using ChildProcess registry = ChildProcess.StartGateway("registry", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--token-file", tokenFile);
        string consul = await registry.LineAfter("registry ");
        await WriteAsync(1.5);
        await using RunningGateway gateway = await RunningGateway.Start(
            "run", "--config", configuration, "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft=Debug", "--Logging:LogLevel:Yarp=Debug");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        using (await gateway.Get("/items/1", "alice"))
        {
        }

        // A reload says what changed, and a wrong one what is wrong.
        await WriteAsync(0.5);
        ProcessTable.Signal(gateway.Process.Id, ProcessTable.HangUp);
        await HashBalancer.Testing.Eventually.IsTrue(() => gateway.Process.Errors.Contains("is refused", StringComparison.Ordinal), "the faulty configuration is refused");
        await WriteAsync(2, "-changed");
        ProcessTable.Signal(gateway.Process.Id, ProcessTable.HangUp);
        await HashBalancer.Testing.Eventually.IsTrue(() => gateway.Process.Errors.Contains("HashBalancer:Admin:Token: ******** → ********", StringComparison.Ordinal), "the change is logged");
        string shown = await client.GetStringAsync(new Uri(gateway.Admin, "/api/v1/configuration"), Stop);
        gateway.Process.Terminate();
        await gateway.Process.Exit();

        string all = gateway.Process.Output + gateway.Process.Errors + registry.Output + registry.Errors + shown;
        Assert.Contains("********", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(ConsulToken, all, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, all, StringComparison.Ordinal);

        Task WriteAsync(double factor, string suffix = "") => File.WriteAllTextAsync(configuration, string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            {
              "ReverseProxy": { "Routes": { "all": { "ClusterId": "items", "Match": { "Path": "/{**rest}" } } } },
              "HashBalancer": {
                "Admin": { "Token": "{{Token}}{{suffix}}" },
                "Consul": { "Address": "{{consul}}", "Token": "{{ConsulToken}}" },
                "Pools": { "items": { "Service": "items", "HashKeys": [ "header:X-User-Id" ], "BoundFactor": {{factor}} } }
              }
            }
            """), Stop);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<HttpStatusCode> Status(RunningGateway gateway, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=127.0.0.1";
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler);
        using HttpResponseMessage answer = await client.GetAsync(new Uri(gateway.Admin, "/healthz"), Stop);
        return answer.StatusCode;
    }
}
