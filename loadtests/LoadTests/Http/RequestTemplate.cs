using System.Buffers.Text;
using System.Text;
using HashBalancer.LoadTests.Keys;

namespace HashBalancer.LoadTests.Http;

/// <summary>A request's bytes with gaps for the key, cut once, so that writing a request is a few copies.</summary>
internal sealed class RequestTemplate
{
    /// <summary>What stands for the key in paths, header values and bodies.</summary>
    public const string KeyMark = "{key}";

    private readonly KeyFormat _keys;
    private readonly byte[][] _head;
    private readonly byte[][] _body;
    private readonly bool _hasBody;
    private readonly int _literalLength;
    private readonly int _bodyLiteralLength;

    public RequestTemplate(
        string method, string path, string host, IEnumerable<KeyValuePair<string, string>> headers, string? body, KeyFormat keys)
    {
        _keys = keys;
        _hasBody = body is not null;
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        List<KeyValuePair<string, string>> all = [.. headers];
        if (!all.Exists(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
            head.Append($"Host: {host}\r\n");
        foreach ((string name, string value) in all)
            head.Append($"{name}: {value}\r\n");
        if (_hasBody)
            head.Append("Content-Length: ");
        _head = Cut(head.ToString());
        _body = Cut(body ?? "");
        _bodyLiteralLength = _body.Sum(p => p.Length);
        _literalLength = _head.Sum(p => p.Length) + _bodyLiteralLength;
    }

    /// <summary>The longest request in bytes.</summary>
    public int MaxLength => _literalLength + (_head.Length + _body.Length) * _keys.MaxLength + 24;

    /// <summary>Writes the request for a key and gives its length. The destination holds at least <see cref="MaxLength"/> bytes.</summary>
    public int Write(long key, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[_keys.MaxLength];
        ReadOnlySpan<byte> keyText = text[.._keys.Write(key, text)];
        int at = Fill(_head, keyText, destination);
        if (_hasBody)
        {
            Utf8Formatter.TryFormat(_bodyLiteralLength + (_body.Length - 1) * keyText.Length, destination[at..], out int digits);
            at += digits;
            "\r\n"u8.CopyTo(destination[at..]);
            at += 2;
        }

        "\r\n"u8.CopyTo(destination[at..]);
        at += 2;
        return at + Fill(_body, keyText, destination[at..]);
    }

    // The key stands between every two pieces.
    private static byte[][] Cut(string text) => [.. text.Split(KeyMark).Select(Encoding.UTF8.GetBytes)];

    private static int Fill(byte[][] pieces, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        int at = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            if (i > 0)
            {
                key.CopyTo(destination[at..]);
                at += key.Length;
            }

            pieces[i].CopyTo(destination[at..]);
            at += pieces[i].Length;
        }

        return at;
    }
}
