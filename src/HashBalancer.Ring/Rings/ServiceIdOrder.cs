using System.Text;

namespace HashBalancer.Ring;

/// <summary>Orders ServiceIDs by their UTF-8 bytes, which any language can reproduce; ids that encode alike fall back to UTF-16 order.</summary>
internal sealed class ServiceIdOrder : IComparer<string>
{
    private ServiceIdOrder() { }

    public static ServiceIdOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        // UTF-16 order differs from UTF-8 order only where surrogates meet characters above them.
        int utf16 = string.CompareOrdinal(x, y);
        if (utf16 == 0 || x is null || y is null || (Ascii.IsValid(x) && Ascii.IsValid(y)))
            return utf16;
        int utf8 = Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y));
        return utf8 != 0 ? utf8 : utf16;
    }
}
