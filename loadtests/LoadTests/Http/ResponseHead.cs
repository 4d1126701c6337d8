using System.Buffers.Text;
using System.Text;

namespace HashBalancer.LoadTests.Http;

/// <summary>How the end of a response's body is found.</summary>
internal enum BodyFraming
{
    None,
    Length,
    Chunked,
    UntilClose,
}

/// <summary>What the runner needs of a response's status line and headers.</summary>
internal readonly record struct ResponseHead(int Status, BodyFraming Framing, long Length, bool KeepAlive)
{
    /// <summary>Reads a head that stands complete at the start of the bytes; false while its end is still missing.</summary>
    /// <param name="bytes">What was received so far.</param>
    /// <param name="answersHead">The request was HEAD: no body follows, whatever the headers say.</param>
    /// <param name="head">The result.</param>
    /// <param name="consumed">The head's length, its empty line included.</param>
    /// <exception cref="MalformedResponseException">No HTTP/1.x head, or lengths that contradict each other.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool answersHead, out ResponseHead head, out int consumed)
    {
        head = default;
        consumed = 0;
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;

        ReadOnlySpan<byte> lines = bytes[..(end + 2)];
        consumed = end + 4;
        int lineEnd = lines.IndexOf("\r\n"u8);
        (int status, bool keepAlive) = ReadStatusLine(lines[..lineEnd]);
        long length = -1;
        bool chunked = false;
        for (lines = lines[(lineEnd + 2)..]; !lines.IsEmpty; lines = lines[(lineEnd + 2)..])
        {
            lineEnd = lines.IndexOf("\r\n"u8);
            ReadHeader(lines[..lineEnd], ref length, ref chunked, ref keepAlive);
        }

        if (chunked && length >= 0)
            throw new MalformedResponseException("both Content-Length and Transfer-Encoding");
        head = answersHead || status is < 200 or 204 or 304 ? new ResponseHead(status, BodyFraming.None, 0, keepAlive)
            : chunked ? new ResponseHead(status, BodyFraming.Chunked, 0, keepAlive)
            : length >= 0 ? new ResponseHead(status, BodyFraming.Length, length, keepAlive)
            : new ResponseHead(status, BodyFraming.UntilClose, 0, KeepAlive: false);
        return true;
    }

    private static (int Status, bool KeepAlive) ReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length >= 12 && line.StartsWith("HTTP/1."u8) && line[7] is (byte)'0' or (byte)'1' && line[8] == ' ' &&
            Utf8Parser.TryParse(line.Slice(9, 3), out int status, out int digits) && digits == 3 && status >= 100 &&
            (line.Length == 12 || line[12] == ' '))
        {
            return (status, line[7] == '1');
        }

        throw new MalformedResponseException($"no status line: {Quote(line)}");
    }

    private static void ReadHeader(ReadOnlySpan<byte> line, ref long length, ref bool chunked, ref bool keepAlive)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
            throw new MalformedResponseException($"no header: {Quote(line)}");
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            if (!Utf8Parser.TryParse(value, out long given, out int digits) || digits != value.Length || given < 0 ||
                (length >= 0 && given != length))
            {
                throw new MalformedResponseException($"Content-Length: {Quote(value)}");
            }

            length = given;
        }
        else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
        {
            if (!Ascii.EqualsIgnoreCase(value, "chunked"u8))
                throw new MalformedResponseException($"Transfer-Encoding: {Quote(value)}");
            chunked = true;
        }
        else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
        {
            if (Ascii.EqualsIgnoreCase(value, "close"u8))
                keepAlive = false;
            else if (Ascii.EqualsIgnoreCase(value, "keep-alive"u8))
                keepAlive = true;
        }
    }

    private static string Quote(ReadOnlySpan<byte> bytes) => $"\"{Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 60)])}\"";
}
