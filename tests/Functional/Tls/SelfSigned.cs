using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HashBalancer.Functional.Tls;

/// <summary>A certificate for localhost in PEM files, made anew on demand.</summary>
internal sealed class SelfSigned(string folder)
{
    public string CertificateFile { get; } = Path.Combine(folder, "tls.pem");

    public string KeyFile { get; } = Path.Combine(folder, "tls.key");

    /// <summary>Puts another certificate into the files, and returns its thumbprint.</summary>
    public string Replace()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        return certificate.Thumbprint;
    }
}
