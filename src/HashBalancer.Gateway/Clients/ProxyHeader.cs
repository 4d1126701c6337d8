using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace HashBalancer.Gateway.Clients;

/// <summary>What a look at the first bytes of a connection found.</summary>
internal enum ProxyHeaderResult
{
    /// <summary>It may still become a header.</summary>
    Incomplete,

    /// <summary>It is none.</summary>
    Invalid,

    /// <summary>It is one.</summary>
    Complete,
}

/// <summary>The header of the PROXY protocol, versions 1 and 2, by which a balancer says for whom it opened a connection
/// (the specification of HAProxy, 2.1 and 2.2).</summary>
/// <param name="Client">Who that is; null when the balancer connected on its own account, as for a health check, or does not know.</param>
/// <param name="Length">Bytes of the header.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Client, int Length)
{
    /// <summary>The longest taken: far above what addresses need, and room for what balancers add (type-length-value, which is passed over).</summary>
    public const int MaximumLength = 4096;

    private const int LongestLine = 107;
    private const int Version2Start = 16;

    private static ReadOnlySpan<byte> Signature2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header that a connection must begin with.</summary>
    public static ProxyHeaderResult TryRead(in ReadOnlySequence<byte> from, out ProxyHeader header)
    {
        header = default;
        Span<byte> start = stackalloc byte[(int)Math.Min(from.Length, MaximumLength)];
        from.Slice(0, start.Length).CopyTo(start);
        int signed = Math.Min(start.Length, Signature2.Length);
        if (start[..signed].SequenceEqual(Signature2[..signed]))
            return signed < Signature2.Length ? ProxyHeaderResult.Incomplete : TryReadBinary(start, out header);
        return TryReadLine(start, out header);
    }

    /// <summary>Version 1: <c>PROXY TCP4 203.0.113.7 192.0.2.1 56324 443</c> and CR LF.</summary>
    private static ProxyHeaderResult TryReadLine(ReadOnlySpan<byte> start, out ProxyHeader header)
    {
        header = default;
        ReadOnlySpan<byte> name = "PROXY "u8;
        int named = Math.Min(start.Length, name.Length);
        if (!start[..named].SequenceEqual(name[..named]))
            return ProxyHeaderResult.Invalid;
        int end = start.IndexOf("\r\n"u8);
        if (end < 0)
            return start.Length < LongestLine ? ProxyHeaderResult.Incomplete : ProxyHeaderResult.Invalid;
        if (end + 2 > LongestLine)
            return ProxyHeaderResult.Invalid;
        string[] words = Encoding.ASCII.GetString(start[..end]).Split(' ');
        if (words[1] == "UNKNOWN")
        {
            header = new ProxyHeader(null, end + 2);
            return ProxyHeaderResult.Complete;
        }

        int family = words[1] switch { "TCP4" => 4, "TCP6" => 16, _ => 0 };
        if (words.Length != 6 || !TryReadAddress(words[2], family, out IPAddress? client) || !TryReadAddress(words[3], family, out _)
            || !TryReadPort(words[4], out ushort port) || !TryReadPort(words[5], out _))
        {
            return ProxyHeaderResult.Invalid;
        }

        header = new ProxyHeader(new IPEndPoint(client!, port), end + 2);
        return ProxyHeaderResult.Complete;
    }

    private static bool TryReadAddress(string text, int bytes, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.GetAddressBytes().Length == bytes;

    private static bool TryReadPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static ProxyHeaderResult TryReadBinary(ReadOnlySpan<byte> start, out ProxyHeader header)
    {
        const int Local = 0x20, Proxied = 0x21, Tcp4 = 0x11, Tcp6 = 0x21;
        header = default;
        if (start.Length < Version2Start)
            return ProxyHeaderResult.Incomplete;
        int command = start[12], family = start[13], length = Version2Start + BinaryPrimitives.ReadUInt16BigEndian(start[14..]);
        if (command is not (Local or Proxied) || length > MaximumLength)
            return ProxyHeaderResult.Invalid;
        if (start.Length < length)
            return ProxyHeaderResult.Incomplete;
        ReadOnlySpan<byte> addresses = start[Version2Start..length];
        int size = family switch { Tcp4 => 4, Tcp6 => 16, _ => 0 };
        // Of another family, such as Unix sockets, nothing can be said; the specification lets such a connection count as the balancer's own.
        if (command == Local || size == 0)
        {
            header = new ProxyHeader(null, length);
            return ProxyHeaderResult.Complete;
        }

        if (addresses.Length < (2 * size) + 4)
            return ProxyHeaderResult.Invalid;
        header = new ProxyHeader(new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])), length);
        return ProxyHeaderResult.Complete;
    }
}
