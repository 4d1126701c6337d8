using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HashBalancer.Tls;

/// <summary>Certificates in files, loaded when a handshake finds them changed.</summary>
/// <remarks>Thread-safe. A file that cannot be read for a moment leaves what was loaded before in force.</remarks>
internal sealed class PemFiles
{
    private readonly ConcurrentDictionary<string, (DateTime Seen, X509Certificate2Collection Loaded)> _authorities = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string?), ((DateTime, DateTime) Seen, X509Certificate2 Loaded)> _certificates = new();

    public static string? WhyNoAuthorities(string path) => Why(() => LoadAuthorities(path));

    public static string? WhyNoCertificate(string path, string? keyPath) => Why(() => LoadCertificate(path, keyPath).Dispose());

    /// <summary>The authorities in a file.</summary>
    /// <exception cref="CryptographicException">It was never readable; as every exception of <see cref="IsUnusable"/>.</exception>
    public X509Certificate2Collection Authorities(string path) =>
        Take(_authorities, path, File.GetLastWriteTimeUtc(path), () => LoadAuthorities(path));

    /// <summary>The certificate in a file, with its key.</summary>
    /// <exception cref="CryptographicException">As <see cref="Authorities"/>.</exception>
    public X509Certificate2 Certificate(string path, string? keyPath) =>
        Take(_certificates, (path, keyPath), (File.GetLastWriteTimeUtc(path), keyPath is null ? default : File.GetLastWriteTimeUtc(keyPath)), () => LoadCertificate(path, keyPath));

    private static TLoaded Take<TKey, TSeen, TLoaded>(ConcurrentDictionary<TKey, (TSeen Seen, TLoaded Loaded)> kept, TKey key, TSeen now, Func<TLoaded> load)
        where TKey : notnull
        where TSeen : IEquatable<TSeen>
    {
        bool isKnown = kept.TryGetValue(key, out (TSeen Seen, TLoaded Loaded) known);
        if (isKnown && known.Seen.Equals(now))
            return known.Loaded;
        try
        {
            return (kept[key] = (now, load())).Loaded;
        }
        catch (Exception e) when (isKnown && IsUnusable(e))
        {
            // Half written, most likely: the next handshake looks again.
            return known.Loaded;
        }
    }

    /// <summary>Whether an exception says that a file is missing or holds nothing of use.</summary>
    public static bool IsUnusable(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException;

    private static string? Why(Action load)
    {
        try
        {
            load();
            return null;
        }
        catch (Exception e) when (IsUnusable(e))
        {
            return e.Message;
        }
    }

    /// <summary>Loads a certificate with its key; without a key's file, that stands beside the certificate.</summary>
    /// <exception cref="CryptographicException">As <see cref="Authorities"/>.</exception>
    public static X509Certificate2 LoadCertificate(string path, string? keyPath)
    {
        using X509Certificate2 fromPem = X509Certificate2.CreateFromPemFile(path, keyPath);
        // Some platforms' TLS refuses keys that live in memory alone; going through PKCS #12 gives them one they take.
        return X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Loads authorities, at least one.</summary>
    /// <exception cref="CryptographicException">As <see cref="Authorities"/>.</exception>
    public static X509Certificate2Collection LoadAuthorities(string path)
    {
        var loaded = new X509Certificate2Collection();
        loaded.ImportFromPemFile(path);
        return loaded.Count > 0 ? loaded : throw new CryptographicException("It holds no certificate.");
    }
}
