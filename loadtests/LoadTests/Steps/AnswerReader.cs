using System.Text;
using System.Text.Json;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Steps;

/// <summary>What an answer's body told.</summary>
internal readonly record struct Answer(int Node, bool? Cached, bool WrongKey)
{
    public static readonly Answer Silent = new(-1, null, WrongKey: false);
}

/// <summary>Reads who served an answer from its JSON, without allocating. Thread-safe.</summary>
internal sealed class AnswerReader(AnswerFields fields, NodeTable nodes)
{
    // Consul's service ids are far shorter; a longer name is foreign text.
    private const int LongestName = 512;

    private readonly byte[] _node = Encoding.UTF8.GetBytes(fields.Node);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(fields.Key);
    private readonly byte[] _cached = Encoding.UTF8.GetBytes(fields.Cached);

    /// <summary>Reads the named members on the top level; a body that is no JSON object tells nothing.</summary>
    public Answer Read(ReadOnlySpan<byte> body, ReadOnlySpan<byte> askedKey)
    {
        if (body.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
            return Answer.Silent;
        try
        {
            return ReadObject(new Utf8JsonReader(body), askedKey);
        }
        catch (JsonException)
        {
            return Answer.Silent;
        }
    }

    private Answer ReadObject(Utf8JsonReader json, ReadOnlySpan<byte> askedKey)
    {
        Answer answer = Answer.Silent;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isNode = _node.Length > 0 && json.ValueTextEquals(_node);
            bool isKey = _key.Length > 0 && json.ValueTextEquals(_key);
            bool isCached = _cached.Length > 0 && json.ValueTextEquals(_cached);
            json.Read();
            if (isNode && json.TokenType == JsonTokenType.String)
                answer = answer with { Node = NumberOf(json) };
            else if (isKey && json.TokenType == JsonTokenType.String)
                answer = answer with { WrongKey = !json.ValueTextEquals(askedKey) };
            else if (isCached && json.TokenType is JsonTokenType.True or JsonTokenType.False)
                answer = answer with { Cached = json.TokenType == JsonTokenType.True };
            else
                json.Skip();
        }

        return answer;
    }

    private int NumberOf(Utf8JsonReader json)
    {
        Span<char> name = stackalloc char[LongestName];
        return json.ValueSpan.Length <= LongestName ? nodes.NumberOf(name[..json.CopyString(name)]) : -1;
    }
}
