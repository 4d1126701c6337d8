using HashBalancer.Gateway.Hosting;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Where clients connect.</summary>
internal sealed class ProxyOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it; HTTP/1.1.</summary>
    public string Listen { get; set; } = "*:8080";

    /// <summary>Networks of the proxies whose word on the client's address counts, in CIDR notation.</summary>
    public List<string> TrustedNetworks { get; set; } = [];

    /// <summary>Which path takes requests to their nodes.</summary>
    public ForwardingMode Forwarding { get; set; } = new ForwardingSettings().Mode;

    /// <summary>Which threads work on a request.</summary>
    public IoMode Io { get; set; } = IoMode.Epoll;

    /// <summary>HTTP/2 without TLS.</summary>
    public Http2Options Http2 { get; set; } = new();

    /// <summary>HTTP/1.1 and HTTP/2 over TLS.</summary>
    public TlsOptions Tls { get; set; } = new();
}

/// <summary>HTTP/2 without TLS, for clients that know beforehand that it is spoken.</summary>
internal sealed class Http2Options
{
    /// <summary>As <see cref="ListenAddress"/> reads it; none: not spoken.</summary>
    public string? Listen { get; set; }
}

/// <summary>TLS towards clients.</summary>
internal sealed class TlsOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it; none: no TLS.</summary>
    public string? Listen { get; set; }

    /// <summary>PEM file with the certificate and those that lead to an authority; required to listen.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file with the private key; none: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }
}
