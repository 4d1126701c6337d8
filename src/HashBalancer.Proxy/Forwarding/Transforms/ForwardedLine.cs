using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Transforms;

namespace HashBalancer.Proxy;

/// <summary>The field Forwarded (RFC 7239), as a route has it.</summary>
/// <param name="Action">What becomes of it: set, appended to or removed.</param>
/// <param name="For">How the client is named; <see cref="NodeFormat.None"/>: not at all.</param>
/// <param name="By">How the address that it connected to is named; <see cref="NodeFormat.None"/>: not at all.</param>
/// <param name="HasHost">Whether it tells the host asked for.</param>
/// <param name="HasProto">Whether it tells the scheme.</param>
internal sealed record ForwardedLine(ForwardedTransformActions Action, NodeFormat For, NodeFormat By, bool HasHost, bool HasProto)
{
    public const string Name = "Forwarded";

    /// <summary>Characters of an obfuscated identifier (RFC 7239 section 6.3).</summary>
    private const string Obfuscated = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    private const int ObfuscatedLength = 9;

    /// <summary>What the client sent is dropped: anybody may write into it what they like.</summary>
    public static ForwardedLine Removed { get; } = new(ForwardedTransformActions.Remove, NodeFormat.None, NodeFormat.None, false, false);

    /// <summary>Whether the proxy adds a line of its own.</summary>
    public bool IsAdded => Action is ForwardedTransformActions.Set or ForwardedTransformActions.Append;

    /// <summary>Reads a route's transform.</summary>
    /// <param name="transform">All of its keys.</param>
    /// <param name="parts">The value of the first: what the field tells.</param>
    /// <param name="line">Null: the transform is off, and the client's field passes as it is.</param>
    /// <returns>False when it is not to be understood.</returns>
    public static bool TryRead(IReadOnlyDictionary<string, string> transform, string parts, out ForwardedLine? line)
    {
        line = null;
        HashSet<string> told = new(parts.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);
        bool tellsFor = told.Remove("for"), tellsBy = told.Remove("by"), tellsHost = told.Remove("host"), tellsProto = told.Remove("proto");
        if (told.Count > 0
            || !Enum.TryParse(transform.GetValueOrDefault("Action", nameof(ForwardedTransformActions.Set)), ignoreCase: true, out ForwardedTransformActions action)
            || !Enum.TryParse(transform.GetValueOrDefault("ForFormat", nameof(NodeFormat.Random)), ignoreCase: true, out NodeFormat forFormat)
            || !Enum.TryParse(transform.GetValueOrDefault("ByFormat", nameof(NodeFormat.Random)), ignoreCase: true, out NodeFormat byFormat))
        {
            return false;
        }

        if (action != ForwardedTransformActions.Off && (tellsFor || tellsBy || tellsHost || tellsProto))
            line = new ForwardedLine(action, tellsFor ? forFormat : NodeFormat.None, tellsBy ? byFormat : NodeFormat.None, tellsHost, tellsProto);
        return true;
    }

    /// <summary>Whether a field of that name that the client sent is dropped.</summary>
    public bool Drops(string name) =>
        Action is ForwardedTransformActions.Set or ForwardedTransformActions.Remove && name.Equals(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the line says of a request.</summary>
    public string ValueOf(HttpContext context, SeededSequence chance)
    {
        var value = new StringBuilder();
        if (HasProto)
            value.Append("proto=").Append(context.Request.Scheme);
        if (HasHost)
            Part(value, "host=").Append('"').Append(context.Request.Host.ToUriComponent()).Append('"');
        if (For != NodeFormat.None)
            Append(Part(value, "for="), context.Connection.RemoteIpAddress, context.Connection.RemotePort, For, chance);
        if (By != NodeFormat.None)
            Append(Part(value, "by="), context.Connection.LocalIpAddress, context.Connection.LocalPort, By, chance);
        return value.ToString();
    }

    private static StringBuilder Part(StringBuilder value, string name) => (value.Length > 0 ? value.Append(';') : value).Append(name);

    /// <summary>Names a party (RFC 7239 section 6); what holds a colon is quoted.</summary>
    private static void Append(StringBuilder value, IPAddress? address, int port, NodeFormat format, SeededSequence chance)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        bool isIp = format is NodeFormat.Ip or NodeFormat.IpAndPort or NodeFormat.IpAndRandomPort && address is not null;
        bool isV6 = isIp && address!.AddressFamily == AddressFamily.InterNetworkV6;
        bool hasPort = port != 0 && format is NodeFormat.IpAndPort or NodeFormat.UnknownAndPort or NodeFormat.RandomAndPort;
        bool hasRandomPort = format is NodeFormat.IpAndRandomPort or NodeFormat.UnknownAndRandomPort or NodeFormat.RandomAndRandomPort;
        string quote = isV6 || hasPort || hasRandomPort ? "\"" : "";
        value.Append(quote);
        if (isIp)
            value.Append(isV6 ? "[" : "").Append(address).Append(isV6 ? "]" : "");
        else if (format is NodeFormat.Random or NodeFormat.RandomAndPort or NodeFormat.RandomAndRandomPort)
            AppendRandom(value, chance);
        else
            value.Append("unknown");
        if (hasPort)
            value.Append(':').Append(port);
        else if (hasRandomPort)
            AppendRandom(value.Append(':'), chance);
        value.Append(quote);
    }

    private static void AppendRandom(StringBuilder value, SeededSequence chance)
    {
        value.Append('_');
        ulong bits = chance.Next();
        for (int i = 0; i < ObfuscatedLength; i++, bits /= (ulong)Obfuscated.Length)
            value.Append(Obfuscated[(int)(bits % (ulong)Obfuscated.Length)]);
    }
}
