using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Tls;

namespace HashBalancer.Gateway.Tls;

/// <summary>The authorities of a PEM file that sign clients' certificates.</summary>
/// <remarks>Thread-safe. A handshake reads one reference and touches no file.</remarks>
internal sealed class ClientAuthorities
{
    private readonly bool _isRequired;
    private volatile X509Certificate2Collection _authorities;

    /// <summary>Loads the file.</summary>
    /// <exception cref="Exception">One that <see cref="CertificateFiles.IsUnusable"/> knows.</exception>
    public ClientAuthorities(string file, bool isRequired)
    {
        File = file;
        _isRequired = isRequired;
        _authorities = PemFiles.LoadAuthorities(File);
    }

    public string File { get; }

    /// <summary>Reads the file again; the authorities in force stay when it cannot be used.</summary>
    /// <exception cref="Exception">As the constructor.</exception>
    public void Reload() => _authorities = PemFiles.LoadAuthorities(File);

    /// <summary>Makes a handshake ask for a certificate that leads to one of the authorities, and to no other.</summary>
    public void AddTo(SslServerAuthenticationOptions handshake)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        handshake.ClientCertificateRequired = true;
        handshake.CertificateChainPolicy = policy;
        handshake.RemoteCertificateValidationCallback = _isRequired
            ? static (_, certificate, _, errors) => certificate is not null && errors == SslPolicyErrors.None
            : static (_, certificate, _, errors) => certificate is null || errors == SslPolicyErrors.None;
    }
}
