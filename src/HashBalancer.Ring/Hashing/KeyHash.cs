using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Text;

namespace HashBalancer.Ring;

/// <summary>
/// The one hash of this product: XxHash3, 64 bits, seed <see cref="Seed"/>, over the UTF-8 bytes of a key.
/// </summary>
/// <remarks>
/// Thread-safe; allocates nothing for keys up to 256 characters and rents from the shared pool above.
/// A lone surrogate becomes U+FFFD, as UTF-8 encoding prescribes, so that every string has a defined hash.
/// </remarks>
public static class KeyHash
{
    /// <summary>Every gateway, and every program that computes owners on its own, must hash alike: the seed is part of the format.</summary>
    public const long Seed = 0;

    /// <summary>The version of the ring's format: hash function, seed and the recipe of points. It changes when any owner could.</summary>
    public const int FormatVersion = 1;

    private const int StackLimit = 256;

    /// <summary>Hashes a key given as bytes.</summary>
    /// <param name="utf8">The key; may be empty.</param>
    public static ulong Of(ReadOnlySpan<byte> utf8) => XxHash3.HashToUInt64(utf8, Seed);

    /// <summary>Hashes a key given as characters, as if they had been encoded to UTF-8 first.</summary>
    /// <param name="key">The key; may be empty.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<char> key) =>
        ShortAsciiHash.TryHash(key, out ulong hash) ? hash : OfAny(key);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OfAny(ReadOnlySpan<char> key)
    {
        if (key.Length <= StackLimit)
        {
            Span<byte> bytes = stackalloc byte[(StackLimit + 1) * 3];
            return Of(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(key.Length));
        ulong hash = Of(rented.AsSpan(0, Encoding.UTF8.GetBytes(key, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
