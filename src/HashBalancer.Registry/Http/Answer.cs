using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Registry;

/// <summary>What a request is answered with.</summary>
internal sealed class Answer
{
    public const string JsonType = "application/json";
    public const string ErrorType = "text/plain; charset=utf-8";

    private static readonly byte[] OpenBracket = "["u8.ToArray();
    private static readonly byte[] Comma = ","u8.ToArray();
    private static readonly byte[] CloseBracket = "]"u8.ToArray();

    private readonly ReadOnlyMemory<byte> _whole;
    private readonly IReadOnlyList<byte[]>? _elements;

    private Answer(int status, string? contentType, ReadOnlyMemory<byte> whole, IReadOnlyList<byte[]>? elements = null)
    {
        Status = status;
        ContentType = contentType;
        _whole = whole;
        _elements = elements;
        Length = whole.Length;
        if (elements is null)
            return;
        // The brackets, and a comma between each two.
        Length = 2 + Math.Max(0, elements.Count - 1);
        foreach (byte[] element in elements)
            Length += element.Length;
    }

    public int Status { get; }

    /// <summary>Null when there is no body.</summary>
    public string? ContentType { get; }

    /// <summary>The length of the body in bytes.</summary>
    public long Length { get; }

    /// <summary>Further headers.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Neither body nor Content-Type.</summary>
    public static Answer Empty(int status = 200) => new(status, null, default);

    /// <summary>An error, or any other plain text with its charset.</summary>
    public static Answer Text(int status, string text) => Bytes(status, ErrorType, Encoding.UTF8.GetBytes(text));

    public static Answer Bytes(int status, string contentType, ReadOnlyMemory<byte> body) => new(status, contentType, body);

    public static Answer Json<T>(T value, JsonTypeInfo<T> type, int status = 200) =>
        new(status, JsonType, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>JSON whose text is known.</summary>
    public static Answer Json(ReadOnlySpan<byte> json) => new(200, JsonType, json.ToArray());

    /// <summary>A JSON array of elements that are serialised already; they are sent as they are.</summary>
    public static Answer JsonArray(IReadOnlyList<byte[]> elements) => new(200, JsonType, default, elements);

    public Answer With(string header, string value)
    {
        Headers.Add(new(header, value));
        return this;
    }

    /// <summary>The same answer with its JSON indented by four spaces and ended by a newline, as ?pretty asks for.</summary>
    public Answer Indented()
    {
        if (ContentType != JsonType)
            return this;
        var plain = new ArrayBufferWriter<byte>((int)Length);
        foreach (ReadOnlyMemory<byte> part in Parts())
            plain.Write(part.Span);
        using var document = JsonDocument.Parse(plain.WrittenMemory);
        var buffer = new ArrayBufferWriter<byte>(2 * plain.WrittenCount);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 4, NewLine = "\n" }))
            document.WriteTo(writer);
        buffer.Write("\n"u8);
        var indented = new Answer(Status, ContentType, buffer.WrittenMemory);
        indented.Headers.AddRange(Headers);
        return indented;
    }

    /// <summary>The body, part by part.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Parts()
    {
        if (_elements is null)
        {
            yield return _whole;
            yield break;
        }

        yield return OpenBracket;
        for (int i = 0; i < _elements.Count; i++)
        {
            if (i > 0)
                yield return Comma;
            yield return _elements[i];
        }

        yield return CloseBracket;
    }
}
