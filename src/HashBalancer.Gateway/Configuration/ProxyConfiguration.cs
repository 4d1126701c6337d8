using System.Net;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Where the proxy listens, checked.</summary>
/// <param name="Listen">HTTP/1.1.</param>
/// <param name="Http2Listen">HTTP/2 without TLS; null: nowhere.</param>
/// <param name="TlsListen">TLS; null: nowhere.</param>
/// <param name="Certificate">What TLS shows; null without TLS.</param>
/// <param name="TrustedNetworks">Networks of the proxies whose word on the client's address counts.</param>
internal sealed record ProxyConfiguration(
    ListenAddress Listen, ListenAddress? Http2Listen, ListenAddress? TlsListen, CertificateFiles? Certificate, IReadOnlyList<IPNetwork> TrustedNetworks)
{
    private const string Section = $"{HashBalancerOptions.Section}:Proxy";

    /// <summary>Reads the section; null when it has faults, which are added to <paramref name="errors"/>.</summary>
    public static ProxyConfiguration? Read(ProxyOptions options, List<ConfigurationError> errors)
    {
        int before = errors.Count;
        ListenAddress? listen = ReadListen($"{Section}:Listen", options.Listen, errors);
        ListenAddress? http2 = options.Http2.Listen is null ? null : ReadListen($"{Section}:Http2:Listen", options.Http2.Listen, errors);
        ListenAddress? tls = options.Tls.Listen is null ? null : ReadListen($"{Section}:Tls:Listen", options.Tls.Listen, errors);
        CertificateFiles? certificate = ReadCertificate(options.Tls, errors);
        List<IPNetwork> trusted = ReadNetworks(options.TrustedNetworks, errors);
        return errors.Count > before ? null : new(listen!, http2, tls, certificate, trusted);
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

    private static List<IPNetwork> ReadNetworks(List<string> written, List<ConfigurationError> errors)
    {
        List<IPNetwork> networks = [];
        for (int i = 0; i < written.Count; i++)
        {
            if (IPNetwork.TryParse(written[i], out IPNetwork network))
                networks.Add(network);
            else
                errors.Add(new($"{Section}:TrustedNetworks:{i}", $"is '{written[i]}', but must be a network such as 10.0.0.0/8 or fd00::/8."));
        }

        return networks;
    }

    public static ListenAddress? ReadListen(string key, string text, List<ConfigurationError> errors)
    {
        if (ListenAddress.TryParse(text, out ListenAddress address))
            return address;
        errors.Add(new(key, $"is '{text}', but must be {ListenAddress.Allowed}."));
        return null;
    }

    private static CertificateFiles? ReadCertificate(TlsOptions options, List<ConfigurationError> errors)
    {
        if (options.Listen is null)
        {
            if (options.CertificateFile is not null || options.KeyFile is not null)
                errors.Add(new($"{Section}:Tls:Listen", $"is missing, so that the certificate beside it is shown nowhere; it must be {ListenAddress.Allowed}."));
            return null;
        }

        if (options.CertificateFile is null)
        {
            errors.Add(new($"{Section}:Tls:CertificateFile", "is missing; TLS needs a PEM file with the certificate."));
            return null;
        }

        try
        {
            return new CertificateFiles(options.CertificateFile, options.KeyFile);
        }
        catch (Exception e) when (CertificateFiles.IsUnusable(e))
        {
            errors.Add(new(
                $"{Section}:Tls:CertificateFile",
                $"is '{options.CertificateFile}'{(options.KeyFile is null ? "" : $" with the key '{options.KeyFile}'")}, which cannot be used: {e.Message}"));
            return null;
        }
    }
}
