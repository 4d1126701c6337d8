using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class SegmentKeyKind : IHashKeyKind
{
    /// <summary>More segments than any sensible path has.</summary>
    private const int Most = 100;

    public string Name => HashKeyKinds.Segment;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        source = null;
        problem = $"'{name}' is no number of a segment, such as 1 for the first, -1 for the last or 1-3 for the first three, each up to {Most}";
        int dash = name.IndexOf('-', 1);
        if (!TryRead(dash < 0 ? name : name[..dash], out int first) || (dash >= 0 && first < 0))
            return false;
        int last = first;
        if (dash >= 0 && (!TryRead(name[(dash + 1)..], out last) || last < first))
            return false;
        source = new Source(first, last);
        problem = null;
        return true;
    }

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number != 0 && Math.Abs(number) <= Most && text[0] != '+';

    /// <summary>Segments are what stands between slashes, empty ones left out; several are joined by slashes.</summary>
    /// <param name="first">From 1; below 0 from the end.</param>
    /// <param name="last">As <paramref name="first"/>, not before it.</param>
    private sealed class Source(int first, int last) : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            ReadOnlySpan<char> path = context.Request.Path.Value;
            ReadOnlySpan<char> before = context.Request.PathBase.Value;
            int count = Count(before) + Count(path);
            int from = first < 0 ? count + first : first - 1, to = last < 0 ? count + last : last - 1;
            if (from < 0 || to >= count)
                return false;
            Append(before, at: 0, from, to, ref key);
            Append(path, Count(before), from, to, ref key);
            return key.Length > 0;
        }

        private static int Count(ReadOnlySpan<char> path)
        {
            int count = 0;
            foreach (Range range in path.Split('/'))
                count += path[range].IsEmpty ? 0 : 1;
            return count;
        }

        private static void Append(ReadOnlySpan<char> path, int at, int from, int to, scoped ref KeyBuffer key)
        {
            foreach (Range range in path.Split('/'))
            {
                ReadOnlySpan<char> segment = path[range];
                if (segment.IsEmpty)
                    continue;
                if (at >= from && at <= to)
                {
                    if (key.Length > 0)
                        key.Append((byte)'/');
                    key.Append(segment);
                }

                at++;
            }
        }
    }
}
