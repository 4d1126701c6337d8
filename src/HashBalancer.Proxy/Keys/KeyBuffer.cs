using System.Buffers;
using System.Text;

namespace HashBalancer.Proxy;

/// <summary>The bytes of one key while it is put together.</summary>
/// <remarks>Lives on the stack of one request; keys beyond the caller's first buffer go on in one rented from the shared pool.</remarks>
public ref struct KeyBuffer
{
    /// <summary>A first buffer of this many bytes holds nearly every key that occurs: user ids, tokens, addresses, paths.</summary>
    public const int StackSize = 256;

    private Span<byte> _bytes;
    private byte[]? _rented;

    /// <summary>Starts an empty key.</summary>
    /// <param name="first">Where the key is written until it is full; usually <see cref="StackSize"/> bytes of stack.</param>
    public KeyBuffer(Span<byte> first) => _bytes = first;

    /// <summary>How many bytes the key has.</summary>
    public int Length { get; private set; }

    /// <summary>The key; valid until the next append or <see cref="Dispose"/>.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes[..Length];

    /// <summary>Appends bytes as they are.</summary>
    public void Append(scoped ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Room(utf8.Length));
        Length += utf8.Length;
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Appends characters as UTF-8; a lone surrogate becomes U+FFFD.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        // Three bytes a character are the most that UTF-8 takes; the exact count is worth its pass only when they do not fit.
        int most = text.Length * 3;
        Span<byte> room = most <= _bytes.Length - Length ? _bytes[Length..] : Room(Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>Makes what was appended lower case where it is ASCII.</summary>
    public readonly void LowerAscii()
    {
        Span<byte> written = _bytes[..Length];
        Ascii.ToLowerInPlace(written, out _);
    }

    /// <summary>Forgets what was appended.</summary>
    public void Clear() => Length = 0;

    /// <summary>Gives a rented buffer back.</summary>
    public void Dispose()
    {
        byte[]? rented = _rented;
        this = default;
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private Span<byte> Room(int count)
    {
        if (count > _bytes.Length - Length)
            Grow(count);
        return _bytes[Length..];
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, _bytes.Length * 2));
        Written.CopyTo(larger);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = larger;
        _bytes = larger;
    }
}
