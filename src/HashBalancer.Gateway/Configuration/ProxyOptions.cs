using HashBalancer.Gateway.Hosting;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Where clients connect.</summary>
internal sealed class ProxyOptions
{
    /// <summary>As <see cref="ListenAddress"/> reads it; HTTP/1.1.</summary>
    public string Listen { get; set; } = "*:8080";

    /// <summary>Networks of the proxies whose word on the client's address and scheme counts, in CIDR notation.</summary>
    public List<string> TrustedNetworks { get; set; } = [];

    /// <summary>Networks of the balancers that begin each connection with a PROXY header, in CIDR notation.</summary>
    public List<string> ProxyProtocolNetworks { get; set; } = [];

    /// <summary>Which path takes requests to their nodes.</summary>
    public ForwardingMode Forwarding { get; set; } = new ForwardingSettings().Mode;

    /// <summary>Which threads work on a request.</summary>
    public IoMode Io { get; set; } = IoMode.IoUring;

    /// <summary>HTTP/2 without TLS.</summary>
    public Http2Options Http2 { get; set; } = new();

    /// <summary>HTTP/1.1 and HTTP/2 over TLS.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>The Unix socket over which a successor takes the listening sockets; none: none does.</summary>
    public string? HandoverSocket { get; set; }

    /// <summary>How long a gateway that is told to stop serves on while it says that it is not ready.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>How long requests in flight may take then.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What one client may take.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>HTTP/2 without TLS, for clients that know beforehand that it is spoken.</summary>
internal sealed class Http2Options
{
    /// <summary>As <see cref="ListenAddress"/> reads it; none: not spoken.</summary>
    public string? Listen { get; set; }
}
