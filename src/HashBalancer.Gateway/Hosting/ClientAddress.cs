using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace HashBalancer.Gateway.Hosting;

/// <summary>Finds the client behind trusted proxies: <c>X-Forwarded-For</c> from the right, as long as each who wrote is trusted.</summary>
internal static class ClientAddress
{
    /// <summary>Adds nothing where no network is trusted: the header is anybody's word then.</summary>
    public static void Use(WebApplication app, IReadOnlyList<IPNetwork> trusted)
    {
        if (trusted.Count == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        // By default loopback is trusted, which is anybody's on this machine.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (IPNetwork network in trusted)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
        // Said here, else the application routes before everything, and a route that short-circuits never comes by.
        app.UseRouting();
    }
}
