using System.Runtime.InteropServices;

namespace HashBalancer.Proxy;

/// <summary>Takes the data out of a chunked body (RFC 9112 section 7.1), whatever pieces it comes in. Trailer fields are checked,
/// and left to whoever takes the body.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChunkedBody
{
    /// <summary>Longer size lines and trailers are no honest server's.</summary>
    private const int LongestLine = 8 * 1024;
    private const int MostSizeDigits = 15;

    private enum Step
    {
        Size,
        Data,
        DataEnd,
        Trailer,
        Done,
    }

    private Step _step;
    private long _left;
    private int _trailerLength;

    public readonly bool IsDone => _step == Step.Done;

    /// <summary>Whether all data has been taken, and what is taken next is a line of the trailers, or the empty line that ends them.</summary>
    public readonly bool IsInTrailers => _step == Step.Trailer;

    /// <summary>Takes the next thing off what was received.</summary>
    /// <param name="received">What was received and not taken yet.</param>
    /// <param name="used">How many bytes were taken, framing and data.</param>
    /// <param name="data">The data among them; lies at their end.</param>
    /// <returns>False when the body is malformed. With nothing used, more must be received.</returns>
    public bool TryTake(ReadOnlySpan<byte> received, out int used, out ReadOnlySpan<byte> data)
    {
        used = 0;
        data = default;
        switch (_step)
        {
            case Step.Data:
                used = (int)Math.Min(_left, received.Length);
                data = received[..used];
                _left -= used;
                if (_left == 0)
                    _step = Step.DataEnd;
                return true;
            case Step.DataEnd:
                if (received.Length < 2)
                    return received.IsEmpty || received[0] == '\r';
                used = 2;
                _step = Step.Size;
                return received.StartsWith("\r\n"u8);
            case Step.Size or Step.Trailer:
                int end = received.IndexOf((byte)'\n');
                if (end < 0)
                    return received.Length <= LongestLine;
                if (end == 0 || received[end - 1] != '\r' || end > LongestLine)
                    return false;
                used = end + 1;
                ReadOnlySpan<byte> line = received[..(end - 1)];
                return _step == Step.Size ? TryReadSize(line) : TryReadTrailer(line);
            default:
                return true;
        }
    }

    private bool TryReadSize(ReadOnlySpan<byte> line)
    {
        long size = 0;
        int digits = 0;
        for (; digits < line.Length && char.IsAsciiHexDigit((char)line[digits]); digits++)
        {
            if (digits == MostSizeDigits)
                return false;
            size = (size << 4) + (line[digits] <= '9' ? line[digits] - '0' : (line[digits] | 0x20) - 'a' + 10);
        }

        // After the size only an extension may stand, which nobody uses and which is dropped.
        ReadOnlySpan<byte> rest = line[digits..].TrimStart(" \t"u8);
        if (digits == 0 || (!rest.IsEmpty && rest[0] != ';') || (rest.IsEmpty && digits != line.Length) || rest.ContainsAnyInRange((byte)0, (byte)8)
            || rest.ContainsAnyInRange((byte)10, (byte)31))
        {
            return false;
        }

        _left = size;
        _step = size == 0 ? Step.Trailer : Step.Data;
        return true;
    }

    private bool TryReadTrailer(ReadOnlySpan<byte> line)
    {
        _trailerLength += line.Length;
        if (line.IsEmpty)
            _step = Step.Done;
        return line.IsEmpty || (line.IndexOf((byte)':') > 0 && _trailerLength <= LongestLine && !line.ContainsAny((byte)'\r', (byte)0));
    }
}
