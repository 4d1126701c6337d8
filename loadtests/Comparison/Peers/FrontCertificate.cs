using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HashBalancer.Comparison.Peers;

/// <summary>The certificate that every proxy shows to clients: ECDSA on P-256, for 127.0.0.1.</summary>
internal static class FrontCertificate
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(2);

    /// <summary>Writes certificate and key into one PEM file, once in each directory, and gives its path.</summary>
    public static string In(DirectoryInfo folder, TimeProvider time)
    {
        string file = Path.Combine(folder.FullName, "front.pem");
        if (File.Exists(file))
            return file;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now - Validity, now + Validity);
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return file;
    }
}
