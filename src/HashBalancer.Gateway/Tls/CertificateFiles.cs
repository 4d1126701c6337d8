using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Tls;

namespace HashBalancer.Gateway.Tls;

/// <summary>The certificate that clients are shown, with what its PEM file adds to make a chain.</summary>
/// <remarks>
/// Thread-safe. A handshake reads one reference and touches no file: <see cref="Reload"/> does, off the path of requests.
/// Connections that stand keep the certificate of their handshake.
/// </remarks>
internal sealed class CertificateFiles
{
    private readonly string _certificateFile;
    private readonly string? _keyFile;
    private volatile SslStreamCertificateContext _context;

    /// <summary>Loads the files.</summary>
    /// <param name="certificateFile">PEM: the server's certificate first, then those that lead to an authority.</param>
    /// <param name="keyFile">PEM: the private key; null: it stands in <paramref name="certificateFile"/>.</param>
    /// <exception cref="Exception">One that <see cref="IsUnusable"/> knows: a file is missing or holds nothing of use.</exception>
    public CertificateFiles(string certificateFile, string? keyFile)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _context = Load();
    }

    /// <summary>The certificate in force, for handshakes.</summary>
    public SslStreamCertificateContext Context => _context;

    /// <summary>The certificate in force, for people.</summary>
    public string Description => Describe(_context.TargetCertificate);

    /// <summary>Whether an exception says that files hold no usable certificate.</summary>
    public static bool IsUnusable(Exception e) => PemFiles.IsUnusable(e) || e is AuthenticationException;

    /// <summary>Reads the files again. Both are read before anything changes: a half-written pair leaves the old one in force.</summary>
    /// <exception cref="Exception">As the constructor; the certificate in force stays.</exception>
    public void Reload() => _context = Load();

    /// <summary>What tells whether the files changed: their bytes' hash, empty for one that is missing.</summary>
    public string Fingerprint() => Hash(_certificateFile) + (_keyFile is null ? "" : Hash(_keyFile));

    private SslStreamCertificateContext Load()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificateFile);
        // Offline: no fetching of intermediates that the file lacks in the middle of a start.
        return SslStreamCertificateContext.Create(PemFiles.LoadCertificate(_certificateFile, _keyFile), chain, offline: true);
    }

    private static string Describe(X509Certificate2 certificate) =>
        $"{certificate.Subject}, valid to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC";

    /// <summary>A hash of a file's bytes; empty for one that cannot be read.</summary>
    public static string Hash(string file)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception e) when (IsUnusable(e))
        {
            return "";
        }
    }
}
