using System.Runtime.InteropServices;
using System.Text.Json;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Reads the answers of one watch, each at the cost of what differs from the one before.</summary>
/// <remarks>
/// <para>A change of one instance among thousands comes as the whole list anew. Parsing 5,000 instances (6 MiB) takes longer than a
/// change may take to be routed; comparing the bytes takes a hundredth of that. So the reader keeps the last body: instances
/// whose bytes lie wholly in the common beginning or end of both bodies are the same, because a parser that has read the same
/// bytes is in the same state. What lies between is split into instances, and only those with bytes not seen before are
/// parsed.</para>
/// <para>Not thread-safe. After an exception the reader has forgotten the last body.</para>
/// </remarks>
internal sealed class ServiceAnswerReader(PoolDefinition pool)
{
    private byte[] _buffer = [];
    private int _length;
    private List<Element> _elements = [];

    private ReadOnlySpan<byte> Body => _buffer.AsSpan(0, _length);

    /// <summary>How many instances the last read had to parse.</summary>
    public int Parsed { get; private set; }

    /// <summary>The instances of an answer, in its order.</summary>
    /// <exception cref="JsonException">The body is not an array of service entries.</exception>
    public IReadOnlyList<InstanceReading> Read(ReadOnlySpan<byte> body)
    {
        Common common = Common.Of(Body, _elements, body);
        List<Element> elements = new(_elements.Count + 1);
        elements.AddRange(_elements.Take(common.Head));
        try
        {
            Parsed = ReadBetween(body, common, elements);
        }
        catch (JsonException)
        {
            (_elements, _length) = ([], 0);
            throw;
        }

        int shift = body.Length - _length;
        foreach (Element element in _elements.Skip(_elements.Count - common.Tail))
            elements.Add(element with { Start = element.Start + shift });

        Keep(body);
        _elements = elements;
        return [.. elements.Select(e => e.Reading)];
    }

    private int ReadBetween(ReadOnlySpan<byte> body, Common common, List<Element> elements)
    {
        int start = common.Head == 0 ? 0 : _elements[common.Head - 1].End;
        int end = common.Tail == 0 ? body.Length : body.Length - (_length - _elements[^common.Tail].Start);
        byte[] piece = body[start..end].ToArray();
        if (!ArrayPiece.TryClose(piece, afterElement: common.Head > 0, beforeElement: common.Tail > 0, out Range array))
            throw new JsonException("it is not an array");
        (int offset, int length) = array.GetOffsetAndLength(piece.Length);
        if (length == 0)
            return 0;

        int parsed = 0, before = elements.Count;
        Dictionary<ulong, Element>? known = null;
        Utf8JsonReader reader = new(piece.AsSpan(array));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int from = offset + (int)reader.TokenStartIndex;
            reader.Skip();
            ReadOnlySpan<byte> bytes = piece.AsSpan(from, offset + (int)reader.BytesConsumed - from);
            known ??= Between(common);
            if (!known.TryGetValue(KeyHash.Of(bytes), out Element element) || !Body.Slice(element.Start, element.Length).SequenceEqual(bytes))
            {
                element = new Element(0, bytes.Length, InstanceReading.Of(pool, JsonSerializer.Deserialize(bytes, ConsulJson.Default.ServiceEntry)));
                parsed++;
            }

            elements.Add(element with { Start = start + from });
        }

        reader.Read(); // Refuses what follows the array.
        if (elements.Count == before && common.Head + common.Tail > 0)
            throw new JsonException("it has a comma with no element beside it");
        return parsed;
    }

    /// <summary>The last answer's elements that neither beginning nor end has in common, by the hash of their bytes.</summary>
    private Dictionary<ulong, Element> Between(Common common)
    {
        Dictionary<ulong, Element> between = [];
        for (int i = common.Head; i < _elements.Count - common.Tail; i++)
            between[KeyHash.Of(Body.Slice(_elements[i].Start, _elements[i].Length))] = _elements[i];
        return between;
    }

    private void Keep(ReadOnlySpan<byte> body)
    {
        if (_buffer.Length < body.Length || _buffer.Length > 4 * (body.Length + 1024))
            _buffer = new byte[body.Length + (body.Length / 8)];
        body.CopyTo(_buffer);
        _length = body.Length;
    }

    /// <summary>One array element: where it stands in the body and what it comes to.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Element(int Start, int Length, InstanceReading Reading)
    {
        public int End => Start + Length;
    }

    /// <summary>How many whole elements two bodies have in common at their beginning and at their end.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Common(int Head, int Tail)
    {
        public static Common Of(ReadOnlySpan<byte> before, List<Element> elements, ReadOnlySpan<byte> after)
        {
            int prefix = before.CommonPrefixLength(after);
            int head = 0;
            while (head < elements.Count && elements[head].End <= prefix)
                head++;
            int suffix = CommonSuffixLength(before[prefix..], after[prefix..]);
            int tail = 0;
            while (tail < elements.Count - head && elements[elements.Count - 1 - tail].Start >= before.Length - suffix)
                tail++;
            return new Common(head, tail);
        }

        private static int CommonSuffixLength(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
        {
            const int Block = 4096;
            int length = 0;
            while (a.Length >= Block && b.Length >= Block && a[^Block..].SequenceEqual(b[^Block..]))
            {
                a = a[..^Block];
                b = b[..^Block];
                length += Block;
            }

            while (a.Length > 0 && b.Length > 0 && a[^1] == b[^1])
            {
                a = a[..^1];
                b = b[..^1];
                length++;
            }

            return length;
        }
    }
}
