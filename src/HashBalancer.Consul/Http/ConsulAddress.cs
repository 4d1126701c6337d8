using System.Diagnostics.CodeAnalysis;

namespace HashBalancer.Consul;

/// <summary>One agent's address.</summary>
/// <param name="BaseUri">What paths are appended to; ends without a slash.</param>
/// <param name="SocketPath">The Unix socket to connect to, or null for TCP.</param>
internal sealed record ConsulAddress(string BaseUri, string? SocketPath)
{
    private const string Allowed = "allowed are http://host:port, https://host:port, host:port and unix:///path";

    /// <summary>Reads an address; a bare host:port means http, as in CONSUL_HTTP_ADDR.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ConsulAddress? address, [NotNullWhen(false)] out string? why)
    {
        address = null;
        string trimmed = text.Trim();
        if (trimmed.StartsWith("unix://", StringComparison.OrdinalIgnoreCase))
        {
            string path = trimmed["unix://".Length..];
            if (!path.StartsWith('/'))
            {
                why = $"'{text}' names no absolute path of a socket; {Allowed}.";
                return false;
            }

            address = new ConsulAddress("http://localhost", path);
            why = null;
            return true;
        }

        string full = trimmed.Contains("://", StringComparison.Ordinal) ? trimmed : "http://" + trimmed;
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            why = $"'{text}' is no address of an agent; {Allowed}.";
            return false;
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            why = $"'{text}' must not carry a user, a query or a fragment; {Allowed}.";
            return false;
        }

        address = new ConsulAddress(uri.GetLeftPart(UriPartial.Path).TrimEnd('/'), null);
        why = null;
        return true;
    }

    public override string ToString() => SocketPath is null ? BaseUri : "unix://" + SocketPath;
}
