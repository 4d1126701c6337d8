using System.Buffers.Text;
using System.Text;

namespace HashBalancer.LoadTests.Keys;

/// <summary>Writes a key's number as the text that goes over the wire: a prefix and the number in decimal.</summary>
internal sealed class KeyFormat(string prefix)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    /// <summary>The longest text in bytes: the prefix and 19 digits.</summary>
    public int MaxLength => _prefix.Length + 19;

    public string Text(long key) => $"{prefix}{key}";

    /// <summary>Writes the key and gives its length in bytes. The destination holds at least <see cref="MaxLength"/> bytes.</summary>
    public int Write(long key, Span<byte> destination)
    {
        _prefix.CopyTo(destination);
        Utf8Formatter.TryFormat(key, destination[_prefix.Length..], out int digits);
        return _prefix.Length + digits;
    }
}
