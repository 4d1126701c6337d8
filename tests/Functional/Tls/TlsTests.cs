using System.Diagnostics;
using System.Globalization;
using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;

namespace HashBalancer.Functional.Tls;

/// <summary>Clients reach the gateway by TLS, and a renewed certificate needs no restart.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
    private readonly SelfSigned _files;
    private readonly ITestOutputHelper _output;

    public TlsTests(ITestOutputHelper output) => (_files, _output) = (new SelfSigned(_folder), output);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_ByTls_IsServedInTheVersionAskedFor(string version)
    {
        string thumbprint = _files.Replace();
        await using RunningGateway gateway = await Demo();

        (HttpStatusCode status, Version answered, string shown) = await Get(gateway.Tls!, Version.Parse(version));

        Assert.Equal((HttpStatusCode.OK, Version.Parse(version), thumbprint), (status, answered, shown));
    }

    [Fact]
    public async Task Certificate_ReplacedUnderLoad_IsShownAndNoRequestFails()
    {
        _files.Replace();
        await using RunningGateway gateway = await Demo();
        int failed = 0, served = 0;
        using var end = new CancellationTokenSource();
        Task[] load =
        [
            .. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    bool isServed = (await Get(gateway.Tls!, HttpVersion.Version11)).Status == HttpStatusCode.OK;
                    Interlocked.Increment(ref isServed ? ref served : ref failed);
                }
            })),
        ];

        string renewed = _files.Replace();
        long since = Stopwatch.GetTimestamp();
        await Eventually.IsTrue(async () => (await Get(gateway.Tls!, HttpVersion.Version11)).Shown == renewed, "the renewed certificate is shown");
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"shown after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.00} s"));

        // Half a renewal: refused, and the one in force stays.
        await File.WriteAllTextAsync(_files.CertificateFile, "-----BEGIN CERTIFICATE-----\n", Stop);
        await Eventually.IsTrue(
            () => gateway.Process.Errors.Contains("The changed certificate cannot be used and is refused; the one in force stays", StringComparison.Ordinal), "the refusal is logged");
        Assert.Equal(renewed, (await Get(gateway.Tls!, HttpVersion.Version11)).Shown);

        await end.CancelAsync();
        await Task.WhenAll(load);
        Assert.Equal(0, failed);
        Assert.InRange(served, 10, int.MaxValue);
    }

    [Fact]
    public async Task Run_CertificateMissing_NamesTheFaultAndExitsWith2()
    {
        await using ChildProcess process = ChildProcess.StartGateway(
            "run", "--HashBalancer:Proxy:Tls:Listen=127.0.0.1:0", $"--HashBalancer:Proxy:Tls:CertificateFile={_files.CertificateFile}");

        Assert.Equal(2, await process.Exit());
        Assert.Equal(
            $"""
            hashbalancer: 1 fault; nothing was started.
              HashBalancer:Proxy:Tls:CertificateFile: is '{_files.CertificateFile}', which cannot be used: Could not find file '{_files.CertificateFile}'.

            """,
            process.Errors);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<RunningGateway> Demo() => RunningGateway.Start(
        "demo", "--HashBalancer:Proxy:Tls:Listen=127.0.0.1:0", $"--HashBalancer:Proxy:Tls:CertificateFile={_files.CertificateFile}", $"--HashBalancer:Proxy:Tls:KeyFile={_files.KeyFile}");

    /// <summary>One request on a connection of its own, and the thumbprint of the certificate that it was shown.</summary>
    private static async Task<(HttpStatusCode Status, Version Version, string Shown)> Get(Uri tls, Version version)
    {
        string shown = "";
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = certificate!.GetCertHashString();
            return certificate.Subject == "CN=localhost";
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(tls, "/items/1")) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await client.SendAsync(request, Stop);
        return (response.StatusCode, response.Version, shown);
    }
}
