using System.Collections.Concurrent;
using System.Text;

namespace HashBalancer.Fuzzing.Checks;

/// <summary>Something that must never happen.</summary>
/// <param name="Exchange">Which exchange showed it; its number and the seed repeat its bytes. -1: none in particular.</param>
/// <param name="What">What happened.</param>
/// <param name="Bytes">What was sent or received, where that helps; other than visible ASCII escaped.</param>
internal sealed record Finding(long Exchange, string What, string Bytes);

/// <summary>Gathers findings; the first of each kind are kept, all are counted.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Findings
{
    private const int MostKept = 40;
    private const int MostOfAKind = 5;
    private const int KindLength = 60;
    private const int LongestExcerpt = 600;

    private readonly ConcurrentQueue<Finding> _kept = new();
    private readonly ConcurrentDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public IReadOnlyCollection<Finding> Kept => _kept;

    public void Add(long exchange, string what, ReadOnlySpan<byte> bytes = default)
    {
        Interlocked.Increment(ref _count);
        string kind = what[..Math.Min(what.Length, KindLength)];
        if (_kinds.AddOrUpdate(kind, 1, static (_, count) => count + 1) <= MostOfAKind && _kept.Count < MostKept)
            _kept.Enqueue(new Finding(exchange, what, Escape(bytes)));
    }

    /// <summary>Bytes as one line of text.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes[..Math.Min(bytes.Length, LongestExcerpt)])
        {
            _ = b switch
            {
                (byte)'\r' => text.Append("\\r"),
                (byte)'\n' => text.Append("\\n"),
                (byte)'\\' => text.Append("\\\\"),
                >= 0x20 and < 0x7f => text.Append((char)b),
                _ => text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{b:x2}"),
            };
        }

        return bytes.Length > LongestExcerpt ? text.Append('…').ToString() : text.ToString();
    }
}
