using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>Several sources as one key: <c>header:X-Tenant+path</c>. A request carries it only when it carries every part.</summary>
/// <remarks>The parts are joined by the byte 0x1F, the unit separator, which hardly any value has: <c>a+bc</c> and <c>ab+c</c> stay apart.</remarks>
internal sealed class CompositeKey(IReadOnlyList<IHashKeySource> parts) : IHashKeySource
{
    public const byte Separator = 0x1F;

    public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                key.Append(Separator);
            if (!TryAppendPart(context, parts[i], ref key))
                return false;
        }

        return true;
    }

    /// <summary>A source takes the buffer for its own from the beginning on, so that each part needs one.</summary>
    private static bool TryAppendPart(HttpContext context, IHashKeySource source, scoped ref KeyBuffer key)
    {
        var part = new KeyBuffer(stackalloc byte[KeyBuffer.StackSize]);
        try
        {
            if (!source.TryAppend(context, ref part) || part.Length == 0)
                return false;
            key.Append(part.Written);
            return true;
        }
        finally
        {
            part.Dispose();
        }
    }
}
