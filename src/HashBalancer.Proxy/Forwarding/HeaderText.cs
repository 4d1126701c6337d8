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
        uint hash = 2166136261;
        foreach (byte b in ascii)
            hash = (hash ^ b) * 16777619;
        ref string? place = ref Known[(hash ^ (hash >> 16)) % Places];
        string? known = Volatile.Read(ref place);
        if (known is not null && known.Length == ascii.Length && Ascii.Equals(ascii, known))
            return known;
        string made = Encoding.ASCII.GetString(ascii);
        Volatile.Write(ref place, made);
        return made;
    }
}
