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

    private Answer(int status, string? contentType, IReadOnlyList<ReadOnlyMemory<byte>> body)
    {
        Status = status;
        ContentType = contentType;
        Body = body;
    }

    public int Status { get; }

    /// <summary>Null when there is no body.</summary>
    public string? ContentType { get; }

    /// <summary>The body in parts, so that cached parts are sent as they are.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body { get; private init; }

    /// <summary>Further headers.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Neither body nor Content-Type.</summary>
    public static Answer Empty(int status = 200) => new(status, null, []);

    /// <summary>An error, or any other plain text with its charset.</summary>
    public static Answer Text(int status, string text) => Bytes(status, ErrorType, Encoding.UTF8.GetBytes(text));

    public static Answer Bytes(int status, string contentType, ReadOnlyMemory<byte> body) => new(status, contentType, body.IsEmpty ? [] : [body]);

    public static Answer Json<T>(T value, JsonTypeInfo<T> type, int status = 200) =>
        new(status, JsonType, [JsonSerializer.SerializeToUtf8Bytes(value, type)]);

    /// <summary>JSON whose text is known.</summary>
    public static Answer Json(ReadOnlySpan<byte> json) => new(200, JsonType, [json.ToArray()]);

    /// <summary>A JSON array of elements that are serialised already.</summary>
    public static Answer JsonArray(IReadOnlyCollection<byte[]> elements)
    {
        var parts = new List<ReadOnlyMemory<byte>>(2 * elements.Count + 2) { OpenBracket };
        foreach (byte[] element in elements)
        {
            if (parts.Count > 1)
                parts.Add(Comma);
            parts.Add(element);
        }

        parts.Add(CloseBracket);
        return new Answer(200, JsonType, parts);
    }

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
        byte[] whole = Join();
        using var document = JsonDocument.Parse(whole);
        var buffer = new ArrayBufferWriter<byte>(2 * whole.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 4, NewLine = "\n" }))
            document.WriteTo(writer);
        buffer.Write("\n"u8);
        var indented = new Answer(Status, ContentType, [buffer.WrittenMemory]);
        indented.Headers.AddRange(Headers);
        return indented;
    }

    private byte[] Join()
    {
        byte[] whole = new byte[Body.Sum(part => part.Length)];
        int at = 0;
        foreach (ReadOnlyMemory<byte> part in Body)
        {
            part.CopyTo(whole.AsMemory(at));
            at += part.Length;
        }

        return whole;
    }
}
