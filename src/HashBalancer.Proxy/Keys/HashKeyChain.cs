using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

/// <summary>The key sources of a pool in order: the first that the request carries gives the key.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class HashKeyChain
{
    private readonly IHashKeySource[] _sources;

    internal HashKeyChain(IReadOnlyList<string> sources, IHashKeySource[] parsed)
    {
        Sources = sources;
        _sources = parsed;
    }

    /// <summary>The chain without sources: no request has a key.</summary>
    public static HashKeyChain Empty { get; } = new([], []);

    /// <summary>The sources as they were written.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>Parses a list of built-in key sources, such as <c>header:X-User-Id</c>, <c>cookie:sid</c>, <c>client-ip</c>.</summary>
    /// <param name="sources">Each <c>kind</c> or <c>kind:name</c>; see <see cref="HashKeyKinds"/>. May be empty.</param>
    /// <param name="chain">The chain; <see cref="Empty"/> when there are errors.</param>
    /// <param name="errors">Every fault of the list.</param>
    /// <remarks>Kinds of one's own need a <see cref="HashKeyParser"/> that knows them.</remarks>
    public static bool TryParse(IReadOnlyList<string> sources, out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors) =>
        HashKeyParser.BuiltIn.TryParse(sources, out chain, out errors);

    /// <summary>Hashes the request's key by <see cref="KeyHash"/>. Allocates nothing; rents for keys above 256 bytes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="hash">The hash; 0 when the request has no key.</param>
    /// <returns>Whether a source yielded a key.</returns>
    public bool TryHash(HttpContext context, out ulong hash)
    {
        var key = new KeyBuffer(stackalloc byte[KeyBuffer.StackSize]);
        try
        {
            foreach (IHashKeySource source in _sources)
            {
                if (source.TryAppend(context, ref key) && key.Length > 0)
                {
                    hash = KeyHash.Of(key.Written);
                    return true;
                }

                key.Clear();
            }
        }
        finally
        {
            key.Dispose();
        }

        hash = 0;
        return false;
    }
}
