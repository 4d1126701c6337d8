namespace HashBalancer.Proxy;

/// <summary>Numbers drawn from keys: the same key draws the same number for the same purpose, in every gateway.</summary>
internal static class KeyDraw
{
    /// <summary>A number from 0 up to, and without, 1.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="salt">The purpose: draws for different ones have nothing to do with each other, nor with the key's place on a ring.</param>
    public static double Of(ulong hash, ulong salt) => (SeededSequence.Mix(hash ^ SeededSequence.Mix(salt)) >> 11) * (1.0 / (1L << 53));
}
