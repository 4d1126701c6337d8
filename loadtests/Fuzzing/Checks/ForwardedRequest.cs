using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace HashBalancer.Fuzzing.Checks;

/// <summary>Reads a request as the strictest of servers: anything that another one could read in another way is a fault of the gateway.</summary>
internal readonly ref struct ForwardedRequest
{
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> Target = SearchValues.Create([.. Enumerable.Range(0x21, 0x5e).Select(b => (byte)b)]);

    /// <summary>Visible ASCII, spaces and tabs; and bytes beyond, which every server takes as opaque.</summary>
    private static readonly SearchValues<byte> Text =
        SearchValues.Create([9, .. Enumerable.Range(0x20, 0x5f).Select(b => (byte)b), .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    /// <summary>How many bytes the whole request takes; 0 as long as its end has not come.</summary>
    public int Length { get; private init; }

    /// <summary>How many bytes its head takes; 0 as long as its end has not come.</summary>
    public int HeadLength { get; private init; }

    /// <summary>Whether the client is waiting for leave to send the body.</summary>
    public bool ExpectsContinue { get; private init; }

    /// <summary>The value of <see cref="Messages.SoundRequests.IdField"/>; empty when there is none.</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    /// <summary>The method is HEAD.</summary>
    public bool IsHead { get; private init; }

    /// <summary>What is wrong with it; null when nothing is so far.</summary>
    public string? Fault { get; private init; }

    /// <summary>Reads the request that begins the bytes.</summary>
    public static ForwardedRequest Read(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return default;
        ReadOnlySpan<byte> lines = bytes[..(end + 2)];
        int line = lines.IndexOf("\r\n"u8);
        if (RequestLineFault(lines[..line]) is { } fault)
            return new ForwardedRequest { Fault = fault };

        int hosts = 0;
        long length = -1;
        bool isChunked = false, expects = false;
        ReadOnlySpan<byte> id = default;
        bool isHead = lines.StartsWith("HEAD "u8);
        for (lines = lines[(line + 2)..]; !lines.IsEmpty; lines = lines[(line + 2)..])
        {
            line = lines.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> field = lines[..line];
            int colon = field.IndexOf((byte)':');
            if (colon <= 0 || field[..colon].ContainsAnyExcept(Token) || field[colon..].ContainsAnyExcept(Text))
                return new ForwardedRequest { Fault = "a field that is none, or with forbidden bytes" };
            ReadOnlySpan<byte> value = field[(colon + 1)..].Trim(" \t"u8);
            ReadOnlySpan<byte> name = field[..colon];
            if (Ascii.EqualsIgnoreCase(name, "host"u8))
            {
                hosts++;
            }
            else if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                if (length >= 0 || !Utf8Parser.TryParse(value, out length, out int digits) || digits != value.Length || !char.IsAsciiDigit((char)value[0]))
                    return new ForwardedRequest { Fault = "Content-Length twice, or no number" };
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                if (isChunked || !value.SequenceEqual("chunked"u8))
                    return new ForwardedRequest { Fault = "Transfer-Encoding twice, or not \"chunked\"" };
                isChunked = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "expect"u8))
            {
                expects = true;
            }
            else if (Ascii.EqualsIgnoreCase(name, "x-fuzz-id"u8))
            {
                id = value;
            }
        }

        if (hosts != 1)
            return new ForwardedRequest { Fault = hosts == 0 ? "no Host" : "Host twice" };
        if (isChunked && length >= 0)
            return new ForwardedRequest { Fault = "both Content-Length and Transfer-Encoding" };
        int head = end + 4;
        int body = isChunked ? ChunkedLength(bytes[head..]) : bytes.Length - head >= Math.Max(0, length) ? (int)Math.Max(0, length) : -1;
        return body == Malformed
            ? new ForwardedRequest { Fault = "a malformed chunk" }
            : new ForwardedRequest { Length = body < 0 ? 0 : head + body, HeadLength = head, ExpectsContinue = expects, Id = id, IsHead = isHead };
    }

    private const int Incomplete = -1;
    private const int Malformed = -2;

    private static string? RequestLineFault(ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (space <= 0 || last == space || line[..space].ContainsAnyExcept(Token))
            return "a malformed method";
        if (line[(space + 1)..last] is { IsEmpty: true } || line[(space + 1)..last].ContainsAnyExcept(Target))
            return "a malformed target";
        return line[(last + 1)..].SequenceEqual("HTTP/1.1"u8) ? null : "another version than HTTP/1.1";
    }

    /// <summary>The length of a chunked body without extensions, which a gateway has no business to pass on; trailers may not say what a head says.</summary>
    private static int ChunkedLength(ReadOnlySpan<byte> body)
    {
        for (int at = 0; ;)
        {
            int line = body[at..].IndexOf("\r\n"u8);
            if (line < 0)
                return Incomplete;
            if (!Utf8Parser.TryParse(body.Slice(at, line), out int size, out int digits, 'x') || digits != line || size < 0)
                return Malformed;
            at += line + 2;
            if (size == 0)
                return TrailersEnd(body, at);
            if (body.Length < at + size + 2)
                return Incomplete;
            if (!body.Slice(at + size, 2).SequenceEqual("\r\n"u8))
                return Malformed;
            at += size + 2;
        }
    }

    private static int TrailersEnd(ReadOnlySpan<byte> body, int at)
    {
        while (true)
        {
            int line = body[at..].IndexOf("\r\n"u8);
            if (line < 0)
                return Incomplete;
            ReadOnlySpan<byte> field = body.Slice(at, line);
            at += line + 2;
            if (line == 0)
                return at;
            int colon = field.IndexOf((byte)':');
            if (colon <= 0 || field[..colon].ContainsAnyExcept(Token) || field[colon..].ContainsAnyExcept(Text) || IsOfTheHead(field[..colon]))
                return Malformed;
        }
    }

    private static bool IsOfTheHead(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "host"u8) || Ascii.EqualsIgnoreCase(name, "content-length"u8) || Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8)
        || Ascii.EqualsIgnoreCase(name, "connection"u8) || Ascii.EqualsIgnoreCase(name, "expect"u8);
}
