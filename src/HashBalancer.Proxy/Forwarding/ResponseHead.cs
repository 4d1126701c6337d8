using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace HashBalancer.Proxy;

/// <summary>How the length of a response's body is known (RFC 9112 section 6.3).</summary>
internal enum BodyFraming
{
    None,
    Length,
    Chunked,
    UntilClose,
}

/// <summary>A node's response up to its body, checked strictly: what leaves room for two readings is refused.</summary>
/// <remarks>Belongs to a connection and is used again for each of its responses.</remarks>
internal sealed class ResponseHead
{
    /// <summary>As SocketsHttpHandler limits a response's head.</summary>
    public const int MaximumLength = 64 * 1024;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>What a field's value and a reason may hold: visible ASCII, spaces and tabs. Other bytes could not be passed on.</summary>
    public static readonly SearchValues<byte> TextBytes = SearchValues.Create([9, .. Enumerable.Range(0x20, 0x5f).Select(b => (byte)b)]);

    private Field[] _fields = new Field[32];

    public int Status { get; private set; }

    public bool IsKeptAlive { get; private set; }

    public BodyFraming Framing { get; private set; }

    /// <summary>The body's length when <see cref="Framing"/> says so; for a response without a body what it announces, or -1.</summary>
    public long Length { get; private set; }

    public Range Reason { get; private set; }

    /// <summary>Bytes, with the empty line.</summary>
    public int Size { get; private set; }

    /// <summary>Whether there is a field Connection, which may name others that are not passed on.</summary>
    public bool HasConnectionField { get; private set; }

    public int FieldCount { get; private set; }

    public ReadOnlySpan<Field> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>A field by where its name and its value lie in the head.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Field(int Name, int NameLength, int Value, int ValueLength);

    /// <summary>Reads a complete head, which ends with its empty line.</summary>
    /// <returns>False when it is malformed or ambiguous.</returns>
    public bool TryRead(ReadOnlySpan<byte> head, bool isAnswerToHead)
    {
        FieldCount = 0;
        Size = head.Length;
        HasConnectionField = false;
        int line = head.IndexOf("\r\n"u8);
        if (!TryReadStatusLine(head[..line], out bool isOld))
            return false;

        bool close = isOld, isChunked = false;
        Length = -1;
        for (int at = line + 2; at < head.Length - 2;)
        {
            int end = at + head[at..].IndexOf("\r\n"u8);
            if (!TryReadField(head, at, end, out Field field))
                return false;
            ReadOnlySpan<byte> name = head.Slice(field.Name, field.NameLength);
            ReadOnlySpan<byte> value = head.Slice(field.Value, field.ValueLength);
            if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
            {
                if (!TryReadLength(value, out long length) || (Length >= 0 && Length != length))
                    return false;
                Length = length;
            }
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                if (isChunked || isOld || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
                    return false;
                isChunked = true;
            }
            else if (IsConnection(name))
            {
                HasConnectionField = true;
                close = (close || HasOption(value, "close"u8)) && !(isOld && HasOption(value, "keep-alive"u8));
            }

            at = end + 2;
        }

        // Both are the mark of a smuggled response.
        if (isChunked && Length >= 0)
            return false;
        Framing = isAnswerToHead || Status is 204 or 304 or < 200 ? BodyFraming.None
            : isChunked ? BodyFraming.Chunked
            : Length >= 0 ? BodyFraming.Length
            : BodyFraming.UntilClose;
        IsKeptAlive = !close && Framing != BodyFraming.UntilClose;
        // There is no content that could end with the connection, and servers that know it leave the connection open.
        if (Status == 205 && Framing == BodyFraming.UntilClose)
            Framing = BodyFraming.None;
        return true;
    }

    public static bool IsConnection(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "connection"u8);

    private bool TryReadStatusLine(ReadOnlySpan<byte> line, out bool isOld)
    {
        isOld = false;
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ')
            return false;
        isOld = line[7] == '0';
        if (!char.IsAsciiDigit((char)line[9]) || !char.IsAsciiDigit((char)line[10]) || !char.IsAsciiDigit((char)line[11]))
            return false;
        Status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + line[11] - '0';
        if (Status < 100 || (line.Length > 12 && line[12] != ' ') || line[12..].ContainsAnyExcept(TextBytes))
            return false;
        Reason = line.Length > 13 ? 13..line.Length : 12..12;
        return true;
    }

    private bool TryReadField(ReadOnlySpan<byte> head, int at, int end, out Field field)
    {
        field = default;
        ReadOnlySpan<byte> line = head[at..end];
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes) || line[colon..].ContainsAnyExcept(TextBytes))
            return false;
        int from = colon + 1, to = line.Length;
        while (from < to && line[from] is (byte)' ' or (byte)'\t')
            from++;
        while (to > from && line[to - 1] is (byte)' ' or (byte)'\t')
            to--;
        field = new Field(at, colon, at + from, to - from);
        if (FieldCount == _fields.Length)
            Array.Resize(ref _fields, FieldCount * 2);
        _fields[FieldCount++] = field;
        return true;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> value, out long length) =>
        Utf8Parser.TryParse(value, out length, out int used) && used == value.Length && char.IsAsciiDigit((char)value[0]);

    /// <summary>Whether a comma-separated list of tokens has one.</summary>
    private static bool HasOption(ReadOnlySpan<byte> list, ReadOnlySpan<byte> option)
    {
        foreach (Range part in list.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(list[part].Trim(" \t"u8), option))
                return true;
        }

        return false;
    }
}
