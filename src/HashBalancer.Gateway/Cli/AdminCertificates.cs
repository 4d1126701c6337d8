using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HashBalancer.Gateway.Cli;

/// <summary>Certificates of commands that ask an admin server by TLS.</summary>
internal static class AdminCertificates
{
    /// <summary>Makes handshakes trust an authority, or show a certificate.</summary>
    /// <returns>Why a file cannot be used; null when all can.</returns>
    public static string? Use(SslClientAuthenticationOptions handshake, string? caFile, string? certificateFile)
    {
        string option = "--ca-file", file = caFile ?? "";
        try
        {
            if (caFile is not null)
            {
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(caFile);
                if (authorities.Count == 0)
                    return $"--ca-file: is '{caFile}', which holds no certificate.";
                handshake.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                handshake.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            }

            (option, file) = ("--certificate-file", certificateFile ?? "");
            if (certificateFile is not null)
            {
                using X509Certificate2 fromPem = X509Certificate2.CreateFromPemFile(certificateFile);
                handshake.ClientCertificates = [X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null)];
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{option}: is '{file}', which cannot be used: {error.Message}";
        }
    }
}
