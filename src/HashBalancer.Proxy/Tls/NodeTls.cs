using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Tls;

namespace HashBalancer.Proxy;

/// <summary>Does the handshakes with nodes as their pool's policy in force says, file changes and reloads of the configuration included.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class NodeTls(PoolPolicies pools) : IDisposable
{
    private readonly PemFiles _files = new();
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _checkClients = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets how a client does its handshakes with a pool's nodes; what the client did before holds where the policy says nothing.</summary>
    public void Configure(string pool, SslClientAuthenticationOptions handshake)
    {
        RemoteCertificateValidationCallback? before = handshake.RemoteCertificateValidationCallback;
        handshake.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            PolicyOf(pool) is { } policy && (policy.SkipVerify || policy.CaFile is not null || policy.ServerName is not null)
                ? Accepts(policy, certificate, chain, errors)
                : before?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
        handshake.LocalCertificateSelectionCallback = (_, _, _, _, _) =>
            PolicyOf(pool) is { CertificateFile: { } file } policy ? _files.Certificate(file, policy.KeyFile) : null!;
    }

    /// <summary>A client for a pool's own health checks.</summary>
    public HttpMessageInvoker CheckClientOf(string pool) => _checkClients.GetOrAdd(pool, name =>
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        Configure(name, handler.SslOptions);
        return new HttpMessageInvoker(handler);
    });

    public void Dispose()
    {
        foreach (HttpMessageInvoker client in _checkClients.Values)
            client.Dispose();
    }

    private NodeTlsPolicy? PolicyOf(string pool) => pools.TryGet(pool, out PoolPolicy? policy) ? policy.Tls : null;

    private bool Accepts(NodeTlsPolicy policy, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (policy.SkipVerify)
            return true;
        if (certificate is null)
            return false;
        using var leaf = new X509Certificate2(certificate);
        bool isNamed = policy.ServerName is { } name ? leaf.MatchesHostname(name) : (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        if (!isNamed)
            return false;
        return policy.CaFile is { } file ? LeadsTo(_files.Authorities(file), leaf, chain) : (errors & SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None;
    }

    private static bool LeadsTo(X509Certificate2Collection authorities, X509Certificate2 leaf, X509Chain? shown)
    {
        using var own = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        };
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (X509ChainElement element in shown?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        return own.Build(leaf);
    }
}
