using HashBalancer.Tls;

namespace HashBalancer.Proxy;

/// <summary>How the nodes of a pool are reached by TLS. Files are in PEM form and are read again when they change.</summary>
/// <remarks>Immutable; thread-safe. It holds for nodes whose <see cref="Ring.Node.IsTls"/> is set, and for YARP's own forwarder, which serves them.</remarks>
public sealed record NodeTlsPolicy
{
    /// <summary>Whether all nodes are reached by TLS. Default false: those alone that say so when they register.</summary>
    public bool Enabled { get; init; }

    /// <summary>The certificates of the authorities that may sign the nodes'. Default null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The certificate that the gateway shows to nodes, with its chain. Default null: none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Its key. Default null: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name that the nodes' certificates must carry. Default null: the host or address that the node registered.</summary>
    public string? ServerName { get; init; }

    /// <summary>Takes any certificate: for tests alone. Default false.</summary>
    public bool SkipVerify { get; init; }

    /// <summary>Every fault, each as <c>Key: what is wrong and what is allowed</c>; files are read.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (KeyFile is not null && CertificateFile is null)
            yield return $"{key}:KeyFile: is '{KeyFile}', which is of no use without {key}:CertificateFile.";
        if (CaFile is not null && PemFiles.WhyNoAuthorities(CaFile) is { } noAuthority)
            yield return $"{key}:CaFile: is '{CaFile}', which cannot be used: {noAuthority}";
        if (CertificateFile is not null && PemFiles.WhyNoCertificate(CertificateFile, KeyFile) is { } noCertificate)
            yield return $"{key}:CertificateFile: is '{CertificateFile}', which cannot be used: {noCertificate}";
        if (SkipVerify && (CaFile ?? ServerName) is not null)
            yield return $"{key}:SkipVerify: is true and takes any certificate, so that {key}:CaFile and {key}:ServerName have no effect; set one or the others.";
    }
}
