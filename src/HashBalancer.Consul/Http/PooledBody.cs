using System.Buffers;

namespace HashBalancer.Consul;

/// <summary>A whole response body in a rented array, so that large answers do not fill the large object heap.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private PooledBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="BodyTooLargeException">It has more bytes than allowed.</exception>
    public static async Task<PooledBody> ReadAsync(HttpContent content, int limit, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > limit)
            throw new BodyTooLargeException();
        var body = new PooledBody((int)Math.Clamp(content.Headers.ContentLength + 1 ?? 4096, 256, limit + 1L));
        try
        {
            await using Stream stream = await content.ReadAsStreamAsync(cancellation);
            while (true)
            {
                if (body._length == body._buffer.Length)
                    body.Grow();
                int read = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellation);
                if (read == 0)
                    return body;
                body._length += read;
                if (body._length > limit)
                    throw new BodyTooLargeException();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>A body has more bytes than allowed.</summary>
internal sealed class BodyTooLargeException : Exception;
