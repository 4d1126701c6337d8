using HashBalancer.Gateway.Clients;
using HashBalancer.Gateway.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace HashBalancer.Gateway.Hosting;

/// <summary>One socket that a server listens on, and what is spoken there.</summary>
/// <param name="Address">Where.</param>
/// <param name="Protocols">Which versions of HTTP. Without TLS nothing negotiates one, so a listener speaks either 1.1 or 2.</param>
/// <param name="Tls">How handshakes are done; null: no TLS.</param>
internal sealed record Listener(ListenAddress Address, HttpProtocols Protocols = HttpProtocols.Http1, ServerTls? Tls = null)
{
    /// <summary>What stands around each connection, before TLS, the outermost first; made once the application's services are there.</summary>
    public IReadOnlyList<Func<IServiceProvider, Func<ConnectionDelegate, ConnectionDelegate>>> Around { get; init; } = [];

    /// <summary>Makes a server listen.</summary>
    public void AddTo(KestrelServerOptions kestrel)
    {
        if (Address.Address is null)
            kestrel.ListenAnyIP(Address.Port, Configure);
        else
            kestrel.Listen(Address.Address, Address.Port, Configure);
    }

    private void Configure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions options)
    {
        options.Protocols = Protocols;
        foreach (Func<IServiceProvider, Func<ConnectionDelegate, ConnectionDelegate>> around in Around)
            options.Use(around(options.ApplicationServices));
        if (Tls is { } tls)
            options.UseHttps(tls.HandshakeOptions());
        if (Protocols.HasFlag(HttpProtocols.Http2))
            options.Use(new GatheredOutput(TimeProvider.System).Around);
    }
}
