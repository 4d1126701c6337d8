using System.Buffers.Binary;
using System.Net;

namespace HashBalancer.Transport;

/// <summary>Addresses as the system writes them.</summary>
internal static class SocketNames
{
    /// <summary>Bytes of the longest: a Unix socket's.</summary>
    public const int MaximumLength = 110;

    private const int InterNetwork = 2, InterNetworkV6 = 10;

    /// <summary>Reads an address; null when it is none with a port.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> name)
    {
        if (name.Length < 8)
            return null;
        int port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        return BitConverter.ToUInt16(name) switch
        {
            InterNetwork => new IPEndPoint(new IPAddress(name.Slice(4, 4)), port),
            InterNetworkV6 when name.Length >= 28 => new IPEndPoint(new IPAddress(name.Slice(8, 16), BitConverter.ToUInt32(name[24..])), port),
            _ => null,
        };
    }

    /// <summary>A socket's own address.</summary>
    public static IPEndPoint? LocalOf(int descriptor)
    {
        Span<byte> name = stackalloc byte[MaximumLength];
        int length = Native.NameOf(descriptor, name);
        return length > 0 ? Read(name[..length]) : null;
    }
}
