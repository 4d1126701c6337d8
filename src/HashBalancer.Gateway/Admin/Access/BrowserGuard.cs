using System.Net;

namespace HashBalancer.Gateway.Admin;

/// <summary>Keeps web pages of other origins away: the admin server needs no credentials on loopback, and every browser on the
/// machine can reach it.</summary>
internal static class BrowserGuard
{
    /// <summary>Whether a request is no browser's, or one of a page that this server served itself.</summary>
    /// <param name="request">The request.</param>
    /// <param name="hasToken">Whether it showed a token. No other page knows it, so that the server may have any name then.</param>
    public static bool Allows(HttpRequest request, bool hasToken = false)
    {
        // A name that an attacker's server resolves to 127.0.0.1 makes its page of one origin with this server.
        if (!hasToken && !IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _) && !request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return false;
        string origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && page.Authority == request.Host.Value);
    }
}
