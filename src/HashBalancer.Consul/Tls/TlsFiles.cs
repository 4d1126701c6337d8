using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Tls;

namespace HashBalancer.Consul;

/// <summary>The certificates in files, loaded at each handshake that finds them changed, so that a rotation needs no restart.</summary>
/// <remarks>Thread-safe. A file that cannot be read leaves what was loaded before in force.</remarks>
internal sealed class TlsFiles(ConsulTlsOptions options)
{
    private readonly PemFiles _files = new();

    public SslClientAuthenticationOptions ClientOptions()
    {
        var ssl = new SslClientAuthenticationOptions();
        if (options.CertificateFile is not null)
            ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => _files.Certificate(options.CertificateFile, options.KeyFile);
        if (options.SkipVerify || options.CaFile is not null)
            ssl.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors);
        return ssl;
    }

    // Accepts exactly what chains up to the given authorities and carries the name asked for.
    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (options.SkipVerify)
            return true;
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var own = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        own.ChainPolicy.CustomTrustStore.AddRange(_files.Authorities(options.CaFile!));
        foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var leaf = new X509Certificate2(certificate);
        return own.Build(leaf);
    }
}
