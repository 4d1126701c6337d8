using System.Buffers.Binary;
using System.Text;

namespace HashBalancer.Proxy;

/// <summary>Strings for names and short values of header fields: nodes send the same ones again and again.</summary>
/// <remarks>Thread-safe and lock-free: a place holds one string at a time, and two that fall on the same place displace each other.
/// Nothing grows with what nodes send.</remarks>
internal static class HeaderText
{
    private const int Places = 1024;
    private const int Longest = 64;

    private static readonly string?[] Known = new string?[Places];

    public static string Of(ReadOnlySpan<byte> ascii)
    {
        if (ascii.IsEmpty)
            return "";
        if (ascii.Length > Longest)
            return Encoding.ASCII.GetString(ascii);
        ref string? place = ref Known[Hash(ascii) % Places];
        string? known = Volatile.Read(ref place);
        if (known is not null && known.Length == ascii.Length && Ascii.Equals(ascii, known))
            return known;
        string made = Encoding.ASCII.GetString(ascii);
        Volatile.Write(ref place, made);
        return made;
    }

    /// <summary>Eight bytes at a time, as far as they go; what falls on the same place merely displaces.</summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * Prime;
        foreach (byte b in text)
            hash = (hash ^ b) * Prime;
        return (uint)(hash >> 32);
    }
}
