namespace HashBalancer.Proxy;

/// <summary>The names of the built-in kinds of key sources.</summary>
public static class HashKeyKinds
{
    /// <summary><c>claim:&lt;type&gt;</c>: the value of a claim of the user whom the application has authenticated.</summary>
    public const string Claim = "claim";

    /// <summary><c>client-ip</c>: the address of the client, as <c>HttpContext.Connection.RemoteIpAddress</c> has it. IPv4 in IPv6 counts as IPv4.</summary>
    public const string ClientIp = "client-ip";

    /// <summary><c>cookie:&lt;name&gt;</c>: the value of the first cookie of that name, as sent; names are compared exactly.</summary>
    public const string Cookie = "cookie";

    /// <summary><c>header:&lt;name&gt;</c>: the value of a header; several lines count as one, joined by commas.</summary>
    public const string Header = "header";

    /// <summary><c>host</c>: the host asked for, lower case, without port.</summary>
    public const string Host = "host";

    /// <summary><c>issued-cookie:&lt;name&gt;</c>: as <c>cookie</c>; a client without that cookie is issued one of a random value, for the time of its session.</summary>
    public const string IssuedCookie = "issued-cookie";

    /// <summary><c>jwt:&lt;claim&gt;</c>: the value of a claim, a text or a number, of the bearer token; the token is not checked.</summary>
    public const string Jwt = "jwt";

    /// <summary><c>path</c>: the path asked for, percent-decoded, without query.</summary>
    public const string Path = "path";

    /// <summary><c>query:&lt;name&gt;</c>: the first value of a query parameter, percent-decoded; names are compared without regard to case.</summary>
    public const string Query = "query";

    /// <summary><c>segment:&lt;n&gt;</c>: the n-th segment of the path, from 1, or from the end below 0; <c>segment:1-3</c>: several, joined by slashes.</summary>
    public const string Segment = "segment";
}
