using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding.Http2;

/// <summary>A client's connection by HTTP/2 (RFC 9113) over which a test says what no library would: names and values go as they are, uncompressed.</summary>
internal sealed class RawHttp2Session : IDisposable
{
    private const int FrameHead = 9;
    private const byte EndsStream = 1, IsAcknowledgement = 1, EndsHeaders = 4;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private readonly byte[] _payload = new byte[64 * 1024];

    private RawHttp2Session()
    {
    }

    private enum Frame : byte
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        GoAway = 7,
    }

    public static async Task<RawHttp2Session> Connect(int port)
    {
        var session = new RawHttp2Session();
        await session._socket.ConnectAsync("127.0.0.1", port, session._limit.Token);
        await session.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        // A table of no size: what comes can be read without what came before.
        await session.Send(Frame.Settings, 0, stream: 0, [0, 1, 0, 0, 0, 0]);
        return session;
    }

    /// <summary>Sends a head or trailers, as literal fields without indexing (RFC 7541 section 6.2.2), each character a byte.</summary>
    public Task SendFields(int stream, IEnumerable<IReadOnlyList<string>> fields, bool isLast)
    {
        var block = new List<byte>();
        foreach (IReadOnlyList<string> field in fields)
        {
            block.Add(0);
            foreach (string text in field)
            {
                AddLength(block, text.Length);
                block.AddRange(Encoding.Latin1.GetBytes(text));
            }
        }

        return Send(Frame.Headers, (byte)(EndsHeaders | (isLast ? EndsStream : 0)), stream, [.. block]);
    }

    public Task SendData(int stream, string bytes, bool isLast) => Send(Frame.Data, isLast ? EndsStream : (byte)0, stream, Encoding.Latin1.GetBytes(bytes));

    /// <summary>Gives the stream up.</summary>
    public Task Cancel(int stream) => Send(Frame.Reset, 0, stream, [0, 0, 0, 8]);

    /// <summary>What becomes of a stream: <c>status body</c>, <c>reset</c>, or <c>closed</c> with its connection.</summary>
    public async Task<string> Outcome(int stream)
    {
        var answer = new StringBuilder();
        while (true)
        {
            (Frame frame, byte flags, int of, int length) = await Receive();
            switch (frame)
            {
                case Frame.Settings when (flags & IsAcknowledgement) == 0:
                    await Send(Frame.Settings, IsAcknowledgement, stream: 0, []);
                    break;
                case Frame.GoAway:
                    return "closed";
                case Frame.Reset when of == stream:
                    return "reset";
                case Frame.Headers when of == stream:
                    if (answer.Length == 0)
                        answer.Append(StatusOf(_payload)).Append(' ');
                    break;
                case Frame.Data when of == stream:
                    answer.Append(Encoding.Latin1.GetString(_payload, 0, length));
                    break;
            }

            if (of == stream && frame is Frame.Headers or Frame.Data && (flags & EndsStream) != 0)
                return answer.ToString();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _limit.Dispose();
    }

    /// <summary>The status, which a server writes first: by its place in the static table (RFC 7541 appendix A), or as text.</summary>
    private static string StatusOf(ReadOnlySpan<byte> block)
    {
        // Changes of the table's size may come before.
        while ((block[0] & 0xe0) == 0x20)
        {
            bool isLong = (block[0] & 0x1f) == 0x1f;
            block = block[1..];
            while (isLong)
            {
                isLong = (block[0] & 0x80) != 0;
                block = block[1..];
            }
        }

        return (block[0] & 0x80) != 0
            ? (block[0] & 0x7f) switch { 8 => "200", 9 => "204", 10 => "206", 11 => "304", 12 => "400", 13 => "404", 14 => "500", _ => "?" }
            : Encoding.ASCII.GetString(block.Slice(2, 3));
    }

    private static void AddLength(List<byte> block, int length)
    {
        // An integer with a prefix of seven bits (RFC 7541 section 5.1).
        if (length < 0x7f)
        {
            block.Add((byte)length);
            return;
        }

        block.Add(0x7f);
        for (length -= 0x7f; length >= 0x80; length >>= 7)
            block.Add((byte)(0x80 | (length & 0x7f)));
        block.Add((byte)length);
    }

    private async Task<(Frame Frame, byte Flags, int Stream, int Length)> Receive()
    {
        byte[] head = new byte[FrameHead];
        if (!await TryReceive(head))
            return (Frame.GoAway, 0, 0, 0);
        int length = (head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1));
        return await TryReceive(_payload.AsMemory(0, length))
            ? ((Frame)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), length)
            : (Frame.GoAway, (byte)0, 0, 0);
    }

    private async Task<bool> TryReceive(Memory<byte> to)
    {
        try
        {
            while (!to.IsEmpty)
            {
                int count = await _socket.ReceiveAsync(to, _limit.Token);
                if (count == 0)
                    return false;
                to = to[count..];
            }
        }
        catch (SocketException)
        {
            // A reset is an end, too.
            return false;
        }

        return true;
    }

    private Task Send(Frame frame, byte flags, int stream, byte[] payload)
    {
        byte[] whole = new byte[FrameHead + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(whole, payload.Length << 8);
        whole[3] = (byte)frame;
        whole[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(5), stream);
        payload.CopyTo(whole.AsSpan(FrameHead));
        return Send(whole);
    }

    private async Task Send(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes, _limit.Token)..];
        }
        catch (SocketException)
        {
            // A server that has closed is told by what is received.
        }
    }
}
