using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HashBalancer.Consul;

/// <summary>The certificates in files, loaded at each handshake that finds them changed, so that a rotation needs no restart.</summary>
/// <remarks>Thread-safe. A file that cannot be read leaves what was loaded before in force.</remarks>
internal sealed class TlsFiles(ConsulTlsOptions options)
{
    private readonly Lock _lock = new();
    private (DateTime, DateTime) _certificateSeen;
    private X509Certificate2? _certificate;
    private DateTime _authoritiesSeen;
    private X509Certificate2Collection? _authorities;

    public static string? WhyNoAuthorities(string path) => Why(() => LoadAuthorities(path));

    public static string? WhyNoCertificate(string path, string? keyPath) => Why(() => LoadCertificate(path, keyPath).Dispose());

    public SslClientAuthenticationOptions ClientOptions()
    {
        var ssl = new SslClientAuthenticationOptions();
        if (options.CertificateFile is not null)
            ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate();
        if (options.SkipVerify || options.CaFile is not null)
            ssl.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors);
        return ssl;
    }

    private static bool IsUnusable(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException;

    private static string? Why(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception e) when (IsUnusable(e))
        {
            return $"cannot be used: {e.Message}";
        }
    }

    private static X509Certificate2 LoadCertificate(string path, string? keyPath)
    {
        using X509Certificate2 fromPem = X509Certificate2.CreateFromPemFile(path, keyPath);
        // Some platforms' TLS refuses keys that live in memory alone; going through PKCS #12 gives them one they take.
        return X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var loaded = new X509Certificate2Collection();
        loaded.ImportFromPemFile(path);
        return loaded.Count > 0 ? loaded : throw new CryptographicException("it holds no certificate.");
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
        own.ChainPolicy.CustomTrustStore.AddRange(Authorities());
        foreach (X509ChainElement element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var leaf = new X509Certificate2(certificate);
        return own.Build(leaf);
    }

    private X509Certificate2 Certificate()
    {
        lock (_lock)
        {
            (DateTime, DateTime) now =
                (File.GetLastWriteTimeUtc(options.CertificateFile!), options.KeyFile is null ? default : File.GetLastWriteTimeUtc(options.KeyFile));
            if (_certificate is null || now != _certificateSeen)
            {
                try
                {
                    _certificate = LoadCertificate(options.CertificateFile!, options.KeyFile);
                    _certificateSeen = now;
                }
                catch (Exception e) when (_certificate is not null && IsUnusable(e))
                {
                    // Half written, most likely: the next handshake looks again.
                }
            }

            return _certificate;
        }
    }

    private X509Certificate2Collection Authorities()
    {
        lock (_lock)
        {
            DateTime now = File.GetLastWriteTimeUtc(options.CaFile!);
            if (_authorities is null || now != _authoritiesSeen)
            {
                try
                {
                    _authorities = LoadAuthorities(options.CaFile!);
                    _authoritiesSeen = now;
                }
                catch (Exception e) when (_authorities is not null && IsUnusable(e))
                {
                    // Half written, most likely: the next handshake looks again.
                }
            }

            return _authorities;
        }
    }
}
