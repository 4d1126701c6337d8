namespace HashBalancer.Fuzzing.Messages;

/// <summary>Damages messages the way faulty and hostile peers do; the seed repeats each one.</summary>
internal static class Mutation
{
    private const int MostEdits = 4;
    private const int LongestRun = 20;

    private static readonly byte[] Dangerous = "\r\n\0 \t:,;0123456789abcdefx%\u00ff"u8.ToArray();

    /// <summary>Where two readers of HTTP/1.1 part ways: framing fields, line ends, chunk sizes and whole heads in the wrong place.</summary>
    private static readonly byte[][] Fragments =
    [
        [.. "\r\n"u8], [.. "\n"u8], [.. "\r"u8], [.. "\r\n\r\n"u8], [.. "\n\n"u8], [.. "\0"u8], [.. "\v"u8], [.. " \r\n "u8], [.. "\r\n\t"u8],
        [.. "Content-Length: 0\r\n"u8], [.. "Content-Length: 3\r\n"u8], [.. "Content-Length: 99999999999999999999\r\n"u8], [.. "Content-Length: +5\r\n"u8],
        [.. "Content-Length: 5, 5\r\n"u8], [.. "Content-Length: -1\r\n"u8], [.. "Content-Length : 5\r\n"u8], [.. "Content-Length:\r\n 5\r\n"u8],
        [.. "Transfer-Encoding: chunked\r\n"u8], [.. "Transfer-Encoding: identity\r\n"u8], [.. "Transfer-Encoding: gzip, chunked\r\n"u8],
        [.. "Transfer-Encoding : chunked\r\n"u8], [.. "Transfer-Encoding:\vchunked\r\n"u8], [.. "Transfer-Encoding: chunked, identity\r\n"u8],
        [.. "Connection: close\r\n"u8], [.. "Connection: keep-alive\r\n"u8], [.. "Connection: Content-Length, Transfer-Encoding\r\n"u8],
        [.. "Host: b\r\n"u8], [.. "Expect: 100-continue\r\n"u8], [.. "Upgrade: h2c\r\nConnection: Upgrade\r\n"u8], [.. "Upgrade: websocket\r\nConnection: Upgrade\r\n"u8], [.. "TE: trailers\r\n"u8], [.. "Trailer: Content-Length\r\n"u8],
        [.. "HTTP/1.1 100 Continue\r\n\r\n"u8], [.. "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"u8], [.. "HTTP/1.0 "u8], [.. "HTTP/2.0 "u8], [.. "101 "u8], [.. "204 "u8], [.. "304 "u8],
        [.. "GET /items/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"u8], [.. "0\r\n\r\n"u8], [.. "0\r\nA: b\r\n\r\n"u8], [.. "ffffffffffffffff\r\n"u8], [.. "1;a=\"\r\n\"\r\nx\r\n"u8], [.. "-1\r\n"u8],
    ];

    /// <summary>A damaged copy, one to four edits away; it may happen to be the same, or sound.</summary>
    public static byte[] Of(ReadOnlySpan<byte> sound, Random random)
    {
        var bytes = new List<byte>(sound.Length + LongestRun);
        bytes.AddRange(sound);
        for (int edits = random.Next(1, MostEdits + 1); edits > 0 && bytes.Count > 0; edits--)
            Edit(bytes, random);
        return [.. bytes];
    }

    private static void Edit(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count);
        int run = Math.Min(random.Next(1, LongestRun), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] = Dangerous[random.Next(Dangerous.Length)];
                break;
            case 1:
                bytes.Insert(at, Dangerous[random.Next(Dangerous.Length)]);
                break;
            case 2:
                bytes.RemoveAt(at);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, run));
                break;
            case 4:
                bytes.RemoveRange(at, run);
                break;
            case 5:
                bytes[at] = (byte)random.Next(256);
                break;
            case 6:
                bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                break;
            case 7:
                // Where a line begins a field is understood, or misunderstood, as one.
                bytes.InsertRange(AfterLine(bytes, at), Fragments[random.Next(Fragments.Length)]);
                break;
            case 8:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                ChangeNumber(bytes, at, random);
                break;
        }
    }

    private static int AfterLine(List<byte> bytes, int from)
    {
        int end = bytes.IndexOf((byte)'\n', from);
        return end < 0 ? bytes.Count : end + 1;
    }

    /// <summary>Makes the next number a little larger or smaller: a length that is nearly right.</summary>
    private static void ChangeNumber(List<byte> bytes, int from, Random random)
    {
        int digit = bytes.FindIndex(from, b => char.IsAsciiDigit((char)b));
        if (digit >= 0)
            bytes[digit] = (byte)('0' + ((bytes[digit] - '0' + random.Next(1, 10)) % 10));
    }
}
