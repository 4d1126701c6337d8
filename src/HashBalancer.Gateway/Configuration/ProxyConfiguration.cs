using System.Net;
using HashBalancer.Gateway.Clients;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Where the proxy listens, checked.</summary>
/// <param name="Listen">HTTP/1.1.</param>
/// <param name="Http2Listen">HTTP/2 without TLS; null: nowhere.</param>
/// <param name="TlsListen">TLS; null: nowhere.</param>
/// <param name="Tls">How handshakes are done; null without TLS.</param>
/// <param name="HttpsOnly">How clients are led to TLS.</param>
/// <param name="TrustedNetworks">Networks of the proxies whose word on the client's address and scheme counts.</param>
/// <param name="ProxyProtocolNetworks">Networks whose connections begin with a PROXY header.</param>
/// <param name="Limits">What one client may take.</param>
/// <param name="Stopping">How the gateway stops and is replaced.</param>
internal sealed record ProxyConfiguration(
    ListenAddress Listen, ListenAddress? Http2Listen, ListenAddress? TlsListen, ServerTls? Tls, HttpsOnly HttpsOnly, Networks TrustedNetworks,
    Networks ProxyProtocolNetworks, LimitOptions Limits, StopConfiguration Stopping)
{
    private const string Section = $"{HashBalancerOptions.Section}:Proxy";

    /// <summary>Reads the section; null when it has faults, which are added to <paramref name="errors"/>.</summary>
    public static ProxyConfiguration? Read(ProxyOptions options, List<ConfigurationError> errors)
    {
        int before = errors.Count;
        ListenAddress? listen = ReadListen($"{Section}:Listen", options.Listen, errors);
        ListenAddress? http2 = options.Http2.Listen is null ? null : ReadListen($"{Section}:Http2:Listen", options.Http2.Listen, errors);
        ListenAddress? tls = options.Tls.Listen is null ? null : ReadListen($"{Section}:Tls:Listen", options.Tls.Listen, errors);
        ServerTls? handshakes = TlsConfiguration.Read($"{Section}:Tls", options.Tls, errors);
        Networks trusted = ReadNetworks(nameof(options.TrustedNetworks), options.TrustedNetworks, errors);
        Networks proxyProtocol = ReadNetworks(nameof(options.ProxyProtocolNetworks), options.ProxyProtocolNetworks, errors);
        errors.AddRange(options.Limits.Validate($"{Section}:Limits"));
        StopConfiguration stopping = StopConfiguration.Read(Section, options, errors);
        var httpsOnly = new HttpsOnly(options.Tls.RedirectHttp, options.Tls.RedirectPort, HttpsOnly.HstsOf(options.Tls.HstsMaxAge, options.Tls.HstsSubdomains));
        return errors.Count > before ? null : new(listen!, http2, tls, handshakes, httpsOnly, trusted, proxyProtocol, options.Limits, stopping);
    }

    /// <summary>Every address with its key.</summary>
    public IEnumerable<(string Key, ListenAddress Address)> Listeners()
    {
        yield return ($"{Section}:Listen", Listen);
        if (Http2Listen is not null)
            yield return ($"{Section}:Http2:Listen", Http2Listen);
        if (TlsListen is not null)
            yield return ($"{Section}:Tls:Listen", TlsListen);
    }

    private static Networks ReadNetworks(string name, List<string> written, List<ConfigurationError> errors)
    {
        List<IPNetwork> networks = [];
        for (int i = 0; i < written.Count; i++)
        {
            if (IPNetwork.TryParse(written[i], out IPNetwork network))
                networks.Add(network);
            else
                errors.Add(new($"{Section}:{name}:{i}", $"is '{written[i]}', but must be a network such as 10.0.0.0/8 or fd00::/8."));
        }

        return new Networks(networks);
    }

    public static ListenAddress? ReadListen(string key, string text, List<ConfigurationError> errors)
    {
        if (ListenAddress.TryParse(text, out ListenAddress address))
            return address;
        errors.Add(new(key, $"is '{text}', but must be {ListenAddress.Allowed}."));
        return null;
    }
}
