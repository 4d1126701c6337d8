using HashBalancer.Tls;

namespace HashBalancer.Consul;

/// <summary>Certificates for <c>https</c> addresses. Files are in PEM form and are read again whenever they change.</summary>
public sealed class ConsulTlsOptions
{
    /// <summary>The certificates of the authorities that may sign the agent's; the system's by default.</summary>
    public string? CaFile { get; set; }

    /// <summary>The client's certificate, with its chain; none by default.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The key of the client's certificate; by default it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The name that the agent's certificate must carry, such as <c>server.dc1.consul</c>; the address's host by default.</summary>
    public string? ServerName { get; set; }

    /// <summary>Takes any certificate: for tests alone, since anyone on the way can then read the token. Default false.</summary>
    public bool SkipVerify { get; set; }

    internal IEnumerable<string> Validate(string section)
    {
        if (KeyFile is not null && CertificateFile is null)
            yield return $"{section}:KeyFile: '{KeyFile}' is of no use without {section}:CertificateFile.";
        if (CaFile is not null && PemFiles.WhyNoAuthorities(CaFile) is { } noAuthority)
            yield return $"{section}:CaFile: '{CaFile}' cannot be used: {noAuthority}";
        if (CertificateFile is not null && PemFiles.WhyNoCertificate(CertificateFile, KeyFile) is { } noCertificate)
            yield return $"{section}:CertificateFile: '{CertificateFile}' cannot be used: {noCertificate}";
        if (SkipVerify && CaFile is not null)
            yield return $"{section}:SkipVerify: true takes any certificate, so that {section}:CaFile has no effect; set one of them.";
    }
}
