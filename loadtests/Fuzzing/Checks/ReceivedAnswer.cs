using HashBalancer.LoadTests.Http;

namespace HashBalancer.Fuzzing.Checks;

/// <summary>An answer in what a client has received so far.</summary>
/// <param name="Status">Its final status; 0 as long as none has come.</param>
/// <param name="KeepAlive">Whether the connection can be used again.</param>
/// <param name="Body">Where its body begins.</param>
/// <param name="End">Where it ends; 0 as long as that has not come.</param>
/// <param name="UntilClose">It ends when the gateway closes.</param>
internal readonly record struct ReceivedAnswer(int Status, bool KeepAlive, int Body, int End, bool UntilClose)
{
    /// <summary>Reads the first final answer, after informational ones.</summary>
    /// <exception cref="MalformedResponseException">It is none that a client could read in one way alone.</exception>
    public static ReceivedAnswer Read(ReadOnlySpan<byte> bytes, bool answersHead)
    {
        int at = 0;
        while (ResponseHead.TryRead(bytes[at..], answersHead, out ResponseHead head, out int length))
        {
            if (HasStrayBytes(bytes.Slice(at, length)))
                throw new MalformedResponseException("a control character in a head");
            at += length;
            if (head.Status < 200)
                continue;
            int body = head.Framing switch
            {
                BodyFraming.Length => bytes.Length - at >= head.Length ? (int)head.Length : -1,
                BodyFraming.Chunked => ChunkedLength(bytes[at..]),
                BodyFraming.UntilClose => -1,
                _ => 0,
            };
            return new ReceivedAnswer(head.Status, head.KeepAlive, at, body < 0 ? 0 : at + body, head.Framing == BodyFraming.UntilClose);
        }

        return default;
    }

    /// <summary>A CR or LF that ends no line, or another control character but tab.</summary>
    private static bool HasStrayBytes(ReadOnlySpan<byte> head)
    {
        for (int i = 0; i < head.Length; i++)
        {
            if (head[i] == '\r' && i + 1 < head.Length && head[i + 1] == '\n')
                i++;
            else if (head[i] is < 0x20 and not 9 or 0x7f)
                return true;
        }

        return false;
    }

    private static int ChunkedLength(ReadOnlySpan<byte> body)
    {
        for (int at = 0; ;)
        {
            int line = body[at..].IndexOf("\r\n"u8);
            if (line < 0)
                return -1;
            if (!System.Buffers.Text.Utf8Parser.TryParse(body.Slice(at, line), out int size, out int digits, 'x') || digits != line || size < 0)
                throw new MalformedResponseException("a chunk without a size");
            at += line + 2;
            if (body.Length < at + size + 2)
                return -1;
            if (!body.Slice(at + size, 2).SequenceEqual("\r\n"u8))
                throw new MalformedResponseException("a chunk longer than its size");
            at += size + 2;
            if (size == 0)
                return at;
        }
    }
}
