using Microsoft.AspNetCore.HttpOverrides;

namespace HashBalancer.Gateway.Clients;

/// <summary>Finds the client behind trusted proxies: <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> from the right, as long as each who wrote is
/// trusted.</summary>
internal static class ClientAddress
{
    /// <summary>Adds nothing where no network is trusted: the fields are anybody's word then.</summary>
    public static void Use(WebApplication app, Networks trusted)
    {
        if (trusted.IsEmpty)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        // By default loopback is trusted, which is anybody's on this machine.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (System.Net.IPNetwork network in trusted.All)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
