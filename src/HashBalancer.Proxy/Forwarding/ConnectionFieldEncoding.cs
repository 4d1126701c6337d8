using System.Text;

namespace HashBalancer.Proxy;

/// <summary>Reads a request's field Connection so that the server keeps the names in it: of one known option beside others, as in <c>close, X-Hop</c>,
/// it would keep the option alone, and X-Hop would be passed on.</summary>
/// <remarks>Thread-safe. The server keeps a list as it is that has two known options, or none. A value without a comma is read as ever.</remarks>
internal sealed class ConnectionFieldEncoding : Encoding
{
    private const string Close = "close";
    private const string KeepAlive = "keep-alive";
    private const string Upgrade = "upgrade";

    public static ConnectionFieldEncoding Instance { get; } = new();

    /// <summary>The value as the server is to see it.</summary>
    public static string Kept(string value)
    {
        if (!value.Contains(',', StringComparison.Ordinal))
            return value;
        string[] options = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool closes = Has(Close), keeps = Has(KeepAlive), upgrades = Has(Upgrade);
        return (closes, keeps, upgrades) switch
        {
            // Said of HTTP/1.1 it changes nothing: what closes, closes, and the rest is kept anyway.
            (true, false, false) or (false, false, true) => $"{value}, {KeepAlive}",
            (false, true, false) => string.Join(", ", options.Where(option => !option.Equals(KeepAlive, StringComparison.OrdinalIgnoreCase)).DefaultIfEmpty(KeepAlive)),
            _ => value,
        };

        bool Has(string option) => options.Contains(option, StringComparer.OrdinalIgnoreCase);
    }

    public override int GetCharCount(byte[] bytes, int index, int count) => Kept(UTF8.GetString(bytes, index, count)).Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        string kept = Kept(UTF8.GetString(bytes, byteIndex, byteCount));
        kept.CopyTo(chars.AsSpan(charIndex));
        return kept.Length;
    }

    public override int GetMaxCharCount(int byteCount) => byteCount + KeepAlive.Length + 2;

    public override int GetByteCount(char[] chars, int index, int count) => UTF8.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        UTF8.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => UTF8.GetMaxByteCount(charCount);
}
