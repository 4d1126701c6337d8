using System.Buffers.Text;

namespace HashBalancer.LoadTests.Http;

/// <summary>Takes a response's body piece by piece, keeps its first <see cref="CaptureLimit"/> bytes and tells where it ends.</summary>
/// <remarks>One for each connection, used again for each response. Not thread-safe.</remarks>
internal sealed class BodyReader
{
    /// <summary>Answers that name a node are small; of larger bodies the length alone is of interest.</summary>
    public const int CaptureLimit = 16 * 1024;

    // 16 hexadecimal digits fill a long; the rest may be a chunk extension.
    private const int LongestSizeLine = 256;

    private readonly byte[] _captured = new byte[CaptureLimit];
    private readonly byte[] _line = new byte[LongestSizeLine];
    private BodyFraming _framing;
    private ChunkPart _part;
    private long _left;
    private int _lineLength;

    private enum ChunkPart
    {
        Size,
        Data,
        DataEnd,
        Trailer,
    }

    public long Length { get; private set; }

    public bool Truncated => Length > CaptureLimit;

    public ReadOnlySpan<byte> Captured => _captured.AsSpan(0, (int)Math.Min(Length, CaptureLimit));

    public void Begin(in ResponseHead head)
    {
        _framing = head.Framing;
        _left = head.Length;
        _part = ChunkPart.Size;
        _lineLength = 0;
        Length = 0;
    }

    /// <summary>Takes what belongs to the body; true when its last byte was among it. More bytes than the body has are malformed.</summary>
    public bool Feed(ReadOnlySpan<byte> bytes)
    {
        bool ended = _framing switch
        {
            BodyFraming.None => true,
            BodyFraming.Length => FeedCounted(ref bytes),
            BodyFraming.Chunked => FeedChunks(ref bytes),
            _ => FeedAll(ref bytes),
        };
        return ended && !bytes.IsEmpty ? throw new MalformedResponseException("bytes after the response's end") : ended;
    }

    /// <summary>The server closed; true when that is how the body ends.</summary>
    public bool EndOfStream() => _framing == BodyFraming.UntilClose;

    private bool FeedAll(ref ReadOnlySpan<byte> bytes)
    {
        Keep(bytes);
        bytes = default;
        return false;
    }

    private bool FeedCounted(ref ReadOnlySpan<byte> bytes)
    {
        int part = (int)Math.Min(_left, bytes.Length);
        Keep(bytes[..part]);
        bytes = bytes[part..];
        _left -= part;
        return _left == 0;
    }

    private bool FeedChunks(ref ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_part == ChunkPart.Data)
            {
                if (FeedCounted(ref bytes))
                    _part = ChunkPart.DataEnd;
                continue;
            }

            if (!TryTakeLine(ref bytes, out ReadOnlySpan<byte> line))
                return false;
            switch (_part)
            {
                case ChunkPart.Size:
                    _left = ReadSize(line);
                    _part = _left == 0 ? ChunkPart.Trailer : ChunkPart.Data;
                    break;
                case ChunkPart.DataEnd when line.IsEmpty:
                    _part = ChunkPart.Size;
                    break;
                case ChunkPart.DataEnd:
                    throw new MalformedResponseException("a chunk longer than its size");
                case ChunkPart.Trailer when line.IsEmpty:
                    return true;
            }
        }

        return false;
    }

    // Lines may be cut anywhere between two reads, so they are gathered.
    private bool TryTakeLine(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        while (!bytes.IsEmpty)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            if (next == '\n' && _lineLength > 0 && _line[_lineLength - 1] == '\r')
            {
                line = _line.AsSpan(0, _lineLength - 1);
                _lineLength = 0;
                return true;
            }

            if (_lineLength == LongestSizeLine)
                throw new MalformedResponseException("a chunk line without an end");
            _line[_lineLength++] = next;
        }

        line = default;
        return false;
    }

    private static long ReadSize(ReadOnlySpan<byte> line)
    {
        int extension = line.IndexOf((byte)';');
        ReadOnlySpan<byte> size = (extension < 0 ? line : line[..extension]).TrimEnd((byte)' ');
        return Utf8Parser.TryParse(size, out long value, out int digits, 'x') && digits == size.Length && value >= 0
            ? value
            : throw new MalformedResponseException("a chunk without a size");
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int room = (int)Math.Max(0, CaptureLimit - Length);
        bytes[..Math.Min(room, bytes.Length)].CopyTo(_captured.AsSpan(CaptureLimit - room));
        Length += bytes.Length;
    }
}
