using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace HashBalancer.Gateway.Tls;

/// <summary>How a server does its handshakes: which certificate for which name, which versions, and whether clients show one too.</summary>
/// <param name="Fallback">For clients that ask for no name, or for one that has no certificate of its own.</param>
/// <param name="Names">By name in lower case; <c>*.example.com</c> for all names one label below.</param>
/// <param name="Clients">Who signs clients' certificates; null: they are not asked for any.</param>
/// <param name="Minimum">The oldest version.</param>
/// <param name="HandshakeTimeout">How long a handshake may take.</param>
/// <remarks>Thread-safe. A handshake reads references and touches no file.</remarks>
internal sealed record ServerTls(
    CertificateFiles Fallback, FrozenDictionary<string, CertificateFiles> Names, ClientAuthorities? Clients, TlsMinimum Minimum, TimeSpan HandshakeTimeout)
{
    private readonly SslProtocols _versions = Minimum == TlsMinimum.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>A certificate alone.</summary>
    public static ServerTls Of(CertificateFiles certificate, ClientAuthorities? clients) =>
        new(certificate, FrozenDictionary<string, CertificateFiles>.Empty, clients, TlsMinimum.Tls12, TimeSpan.FromSeconds(10));

    /// <summary>What may change on disk, each with what reads it anew and says what is in force then.</summary>
    public IEnumerable<(Func<string> Fingerprint, Func<string> Reload)> Sources()
    {
        foreach (CertificateFiles certificate in Names.Values.Prepend(Fallback))
        {
            yield return (certificate.Fingerprint, () =>
            {
                certificate.Reload();
                return certificate.Description;
            }
            );
        }

        if (Clients is { } clients)
        {
            yield return (() => CertificateFiles.Hash(clients.File), () =>
            {
                clients.Reload();
                return $"the authorities of {clients.File}";
            }
            );
        }
    }

    /// <summary>The certificate that a client is shown.</summary>
    public CertificateFiles For(string? name)
    {
        if (string.IsNullOrEmpty(name) || Names.Count == 0)
            return Fallback;
        string asked = name.ToLowerInvariant();
        if (Names.TryGetValue(asked, out CertificateFiles? own))
            return own;
        int dot = asked.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && Names.TryGetValue($"*{asked[dot..]}", out CertificateFiles? wild) ? wild : Fallback;
    }

    /// <summary>What a server needs for its handshakes; each takes the certificates in force then.</summary>
    public TlsHandshakeCallbackOptions HandshakeOptions() => new()
    {
        HandshakeTimeout = HandshakeTimeout,
        OnConnection = context =>
        {
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = For(context.ClientHelloInfo.ServerName).Context,
                EnabledSslProtocols = _versions,
            };
            Clients?.AddTo(options);
            return ValueTask.FromResult(options);
        },
    };
}
