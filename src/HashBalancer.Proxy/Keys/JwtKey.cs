using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class JwtKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Jwt;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source(name);
        return true;
    }

    /// <summary>Reads the claim where it lies, without checking the token: a key decides where a request is served, never whether it may be,
    /// and whoever forges a token here could as well have forged a header. What is no token yields no key.</summary>
    private sealed class Source(string claim) : IHashKeySource
    {
        private const string Scheme = "Bearer ";

        /// <summary>Characters of a payload; servers limit all headers together to not much more.</summary>
        private const int Longest = 16 * 1024;

        private readonly byte[] _claim = Encoding.UTF8.GetBytes(claim);

        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            ReadOnlySpan<char> header = context.Request.Headers.Authorization is { Count: 1 } one ? one[0] : default;
            if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                return false;
            header = header[Scheme.Length..].TrimStart(' ');
            int dot = header.IndexOf('.');
            ReadOnlySpan<char> payload = header[(dot + 1)..];
            int end = payload.IndexOf('.');
            if (dot <= 0 || end <= 0 || end > Longest)
                return false;

            byte[] rented = ArrayPool<byte>.Shared.Rent(end);
            try
            {
                return Base64Url.DecodeFromChars(payload[..end], rented, out _, out int length) == OperationStatus.Done
                    && TryFind(rented.AsSpan(0, length), ref key);
            }
            catch (JsonException)
            {
                return false;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        private bool TryFind(ReadOnlySpan<byte> json, scoped ref KeyBuffer key)
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isIt = reader.ValueTextEquals(_claim);
                reader.Read();
                if (isIt)
                    return TryAppendValue(ref reader, ref key);
                reader.Skip();
            }

            return false;
        }

        private static bool TryAppendValue(ref Utf8JsonReader reader, scoped ref KeyBuffer key)
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
                return false;
            if (!reader.ValueIsEscaped)
            {
                key.Append(reader.ValueSpan);
                return key.Length > 0;
            }

            byte[] plain = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
            key.Append(plain.AsSpan(0, reader.CopyString(plain)));
            ArrayPool<byte>.Shared.Return(plain);
            return key.Length > 0;
        }
    }
}
