using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class QueryKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Query;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source(name);
        return true;
    }

    /// <summary>Reads the query string itself: <c>HttpRequest.Query</c> parses all parameters into a dictionary, for every request.</summary>
    /// <remarks>Percent-encoding stands for bytes, so it is decoded straight into the key; what is not valid encoding stays as it is.</remarks>
    private sealed class Source(string name) : IHashKeySource
    {
        private readonly byte[] _lowerName = Encoding.UTF8.GetBytes(LowerAscii(name));

        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            ReadOnlySpan<char> query = context.Request.QueryString.Value;
            if (query is ['?', ..])
                query = query[1..];
            foreach (Range range in query.Split('&'))
            {
                ReadOnlySpan<char> pair = query[range];
                int equals = pair.IndexOf('=');
                if (equals < 0 || !IsNamed(pair[..equals], ref key))
                    continue;
                Decode(pair[(equals + 1)..], ref key);
                return key.Length > 0;
            }

            return false;
        }

        /// <summary>Uses the key, which is empty so far, as the place to decode the name into, and leaves it empty.</summary>
        private bool IsNamed(ReadOnlySpan<char> encoded, scoped ref KeyBuffer key)
        {
            // A character stands for three bytes at most, and a byte takes three characters at most.
            if (encoded.Length * 3 < _lowerName.Length || encoded.Length > _lowerName.Length * 3)
                return false;
            Decode(encoded, ref key);
            key.LowerAscii();
            bool same = key.Written.SequenceEqual(_lowerName);
            key.Clear();
            return same;
        }

        private static void Decode(ReadOnlySpan<char> encoded, scoped ref KeyBuffer key)
        {
            while (!encoded.IsEmpty)
            {
                int plain = encoded.IndexOfAny('%', '+');
                if (plain < 0)
                {
                    key.Append(encoded);
                    return;
                }

                key.Append(encoded[..plain]);
                encoded = encoded[plain..];
                int taken = DecodeOne(encoded, ref key);
                encoded = encoded[taken..];
            }
        }

        private static int DecodeOne(ReadOnlySpan<char> encoded, scoped ref KeyBuffer key)
        {
            if (encoded[0] == '%' && encoded.Length > 2 && char.IsAsciiHexDigit(encoded[1]) && char.IsAsciiHexDigit(encoded[2]))
            {
                key.Append((byte)((Digit(encoded[1]) << 4) | Digit(encoded[2])));
                return 3;
            }

            key.Append(encoded[0] == '+' ? (byte)' ' : (byte)'%');
            return 1;
        }

        private static int Digit(char hex) => char.IsAsciiDigit(hex) ? hex - '0' : (hex | 0x20) - 'a' + 10;

        private static string LowerAscii(string text) => string.Create(text.Length, text, static (lower, from) =>
        {
            for (int i = 0; i < from.Length; i++)
                lower[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
        });
    }
}
