using System.Buffers.Text;
using System.Globalization;

namespace HashBalancer.Comparison.Hosts;

/// <summary>Paths that ask the backend for more than a small answer.</summary>
internal static class BackendPaths
{
    private static ReadOnlySpan<byte> BytesPrefix => "/bytes/"u8;

    private static ReadOnlySpan<byte> HeadersPrefix => "/headers/"u8;

    /// <summary>Asks for a body of so many bytes: the usual one, filled up with spaces.</summary>
    public static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"/bytes/{count}");

    /// <summary>Asks for so many headers beside the usual ones.</summary>
    public static string Headers(int count) => string.Create(CultureInfo.InvariantCulture, $"/headers/{count}");

    /// <summary>What a request line asks for; 0 for what it does not name.</summary>
    public static (int Bytes, int Headers) Read(ReadOnlySpan<byte> requestLine)
    {
        ReadOnlySpan<byte> path = requestLine[(requestLine.IndexOf((byte)' ') + 1)..];
        return (NumberAfter(path, BytesPrefix), NumberAfter(path, HeadersPrefix));
    }

    private static int NumberAfter(ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix) =>
        path.StartsWith(prefix) && Utf8Parser.TryParse(path[prefix.Length..], out int number, out _) ? Math.Max(0, number) : 0;
}
