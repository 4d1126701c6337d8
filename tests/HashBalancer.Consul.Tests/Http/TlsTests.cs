using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace HashBalancer.Consul.Tests.Http;

/// <summary>TLS with certificates made here: an authority, an agent's certificate and a client's.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hb-tls-");
    private readonly X509Certificate2 _authority = Authority("CN=authority");

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Tls_AuthorityGiven_AgentIsTrusted()
    {
        await using FakeConsul consul = await StartAsync(Issue("CN=agent", "localhost"));
        using ConsulClient client = Client(consul, new ConsulTlsOptions { CaFile = Pem("ca", _authority) });
        Assert.Empty(await client.Status.PeersAsync());
    }

    [Fact]
    public async Task Tls_OtherAuthority_ThrowsUnreachable()
    {
        await using FakeConsul consul = await StartAsync(Issue("CN=agent", "localhost"));
        using X509Certificate2 other = Authority("CN=other");
        using ConsulClient client = Client(consul, new ConsulTlsOptions { CaFile = Pem("other", other) });
        await Assert.ThrowsAsync<ConsulUnreachableException>(() => client.Status.PeersAsync());
        Assert.Empty(consul.Seen);
    }

    [Fact]
    public async Task Tls_OtherName_NeedsServerName()
    {
        await using FakeConsul consul = await StartAsync(Issue("CN=agent", "server.dc1.consul"));
        string ca = Pem("ca", _authority);
        using (ConsulClient client = Client(consul, new ConsulTlsOptions { CaFile = ca }))
            await Assert.ThrowsAsync<ConsulUnreachableException>(() => client.Status.PeersAsync());
        using (ConsulClient client = Client(consul, new ConsulTlsOptions { CaFile = ca, ServerName = "server.dc1.consul" }))
            Assert.Empty(await client.Status.PeersAsync());
    }

    [Fact]
    public async Task Tls_UnknownAuthorityAndSkipVerify_IsTaken()
    {
        await using FakeConsul consul = await StartAsync(Issue("CN=agent", "elsewhere"));
        using ConsulClient client = Client(consul, new ConsulTlsOptions { SkipVerify = true });
        Assert.Empty(await client.Status.PeersAsync());
    }

    [Fact]
    public async Task Tls_ClientCertificateReplacedInItsFiles_IsUsedAtTheNextHandshake()
    {
        var subjects = new List<string>();
        await using FakeConsul consul = await StartAsync(Issue("CN=agent", "localhost"), subjects);
        var tls = new ConsulTlsOptions { CaFile = Pem("ca", _authority) };
        (tls.CertificateFile, tls.KeyFile) = PemWithKey("client", Issue("CN=client-1"));
        using ConsulClient client = Client(consul, tls);
        await client.Status.PeersAsync();
        PemWithKey("client", Issue("CN=client-22"));
        await consul.DownAsync();
        await consul.UpAsync();
        await client.Status.PeersAsync();
        Assert.Equal(["CN=client-1", "CN=client-22"], subjects.Distinct());
    }

    [Fact]
    public void Options_FilesThatCannotBeUsed_AreFaults()
    {
        string notPem = Path.Combine(_directory.FullName, "x");
        File.WriteAllText(notPem, "x");
        var options = new ConsulClientOptions
        {
            Tls = new ConsulTlsOptions { CaFile = notPem, KeyFile = notPem, SkipVerify = true },
        };
        Assert.Equal(
            [
                $"S:Tls:KeyFile: '{notPem}' is of no use without S:Tls:CertificateFile.",
                $"S:Tls:CaFile: '{notPem}' cannot be used: It holds no certificate.",
                "S:Tls:SkipVerify: true takes any certificate, so that S:Tls:CaFile has no effect; set one of them.",
            ],
            options.Validate("S"));
        options.Tls = new ConsulTlsOptions { CertificateFile = "/nowhere" };
        Assert.StartsWith("S:Tls:CertificateFile: '/nowhere' cannot be used: ", Assert.Single(options.Validate("S")), StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private static async Task<FakeConsul> StartAsync(X509Certificate2 certificate, List<string>? subjects = null) =>
        await FakeConsul.StartAsync(
            c =>
            {
                lock (certificate)
                    subjects?.Add(c.Connection.ClientCertificate?.Subject ?? "");
                return FakeConsul.Json(c, "[]");
            },
            listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = subjects is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            }));

    private static ConsulClient Client(FakeConsul consul, ConsulTlsOptions tls) =>
        new(new ConsulClientOptions { Address = $"https://localhost:{consul.Port}", Tls = tls });

    private X509Certificate2 Issue(string name, string? host = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            names.AddIpAddress(IPAddress.IPv6Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 bare = request.Create(_authority, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(199), [1, 2, 3, (byte)name.Length]);
        using X509Certificate2 withKey = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private string Pem(string name, X509Certificate2 certificate)
    {
        string path = Path.Combine(_directory.FullName, name + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private (string Certificate, string Key) PemWithKey(string name, X509Certificate2 certificate)
    {
        string key = Path.Combine(_directory.FullName, name + ".key");
        File.WriteAllText(key, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return (Pem(name, certificate), key);
    }
}
