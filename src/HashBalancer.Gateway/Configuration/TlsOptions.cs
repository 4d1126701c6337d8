using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Configuration;

/// <summary>TLS towards clients.</summary>
internal sealed class TlsOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it; none: no TLS.</summary>
    public string? Listen { get; set; }

    /// <summary>PEM file with the certificate and those that lead to an authority; required to listen.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with the private key; none: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Certificates for clients that ask for a name, by that name; <c>*.</c> stands for any first label.</summary>
    public Dictionary<string, NamedCertificateOptions> Names { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The oldest version spoken.</summary>
    public TlsMinimum MinimumVersion { get; set; } = TlsMinimum.Tls12;

    /// <summary>Whether clients are asked for a certificate.</summary>
    public ClientCertificates ClientCertificates { get; set; } = ClientCertificates.Off;

    /// <summary>PEM file of the authorities that may sign clients' certificates.</summary>
    public string? ClientCaFile { get; set; }

    /// <summary>How long a handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether requests that come without TLS are sent to the TLS address.</summary>
    public bool RedirectHttp { get; set; }

    /// <summary>The port that redirects name; 443 is not written out.</summary>
    public int RedirectPort { get; set; } = 443;

    /// <summary>How long browsers are told to come by TLS alone; 0: they are told nothing.</summary>
    public TimeSpan HstsMaxAge { get; set; }

    /// <summary>Whether that holds for subdomains too.</summary>
    public bool HstsSubdomains { get; set; }
}

/// <summary>A certificate for one name.</summary>
internal sealed class NamedCertificateOptions
{
    /// <inheritdoc cref="TlsOptions.CertificateFile"/>
    public string? CertificateFile { get; set; }

    /// <inheritdoc cref="TlsOptions.KeyFile"/>
    public string? KeyFile { get; set; }
}
