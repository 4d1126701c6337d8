using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>A source whose keys are brought into a form before they are hashed: <c>header:X-User|lower|trim</c>.</summary>
internal sealed class FormedKey(IHashKeySource source, KeyForms forms) : IHashKeySource
{
    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n\f\v"u8;

    public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
    {
        var raw = new KeyBuffer(stackalloc byte[KeyBuffer.StackSize]);
        try
        {
            if (!source.TryAppend(context, ref raw))
                return false;
            if (Asks(KeyForms.Lower) && Ascii.IsValid(raw.Written))
                raw.LowerAscii();
            scoped ReadOnlySpan<byte> text = raw.Written;
            if (Asks(KeyForms.Trim))
                text = text.TrimStart(WhiteSpace).TrimEnd(" \t\r\n\f\v/"u8);
            if (Asks(KeyForms.Lower) && !Ascii.IsValid(text))
                AppendLower(text, ref key);
            else
                key.Append(text);
            return key.Length > 0;
        }
        finally
        {
            raw.Dispose();
        }
    }

    // Enum.HasFlag allocates until the method is compiled in full.
    private bool Asks(KeyForms form) => (forms & form) != KeyForms.None;

    private static void AppendLower(scoped ReadOnlySpan<byte> utf8, scoped ref KeyBuffer key)
    {
        // A byte is at most one character.
        char[] rented = ArrayPool<char>.Shared.Rent(utf8.Length * 2);
        Span<char> text = rented.AsSpan(0, utf8.Length), lower = rented.AsSpan(utf8.Length, utf8.Length);
        int length = Encoding.UTF8.GetChars(utf8, text);
        int written = ((ReadOnlySpan<char>)text[..length]).ToLowerInvariant(lower);
        key.Append((ReadOnlySpan<char>)lower[..written]);
        ArrayPool<char>.Shared.Return(rented);
    }
}
