using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Comparison.Hosts;

/// <summary>
/// Answers each request of one connection with <c>{"node":"…","key":"…"}</c>, the key being the request's X-User-Id, so that the
/// client can tell whether each answer is the one to its own request. Request bodies are read over by their Content-Length.
/// </summary>
internal sealed class BackendConnection(Socket socket, string node)
{
    private const int BufferSize = 64 * 1024;
    private const int LongestKey = 1024;

    private static ReadOnlySpan<byte> AfterKey => "\"}"u8;

    private readonly byte[] _head = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nServer: backend\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: ");

    private readonly byte[] _body = Encoding.ASCII.GetBytes($"{{\"node\":\"{node}\",\"key\":\"");
    private readonly byte[] _received = new byte[BufferSize];
    private readonly byte[] _answer = new byte[2 * LongestKey];
    private int _filled;
    private long _bodyLeft;

    public async Task Serve()
    {
        using (socket)
        {
            try
            {
                while (true)
                {
                    int read = await socket.ReceiveAsync(_received.AsMemory(_filled), SocketFlags.None);
                    if (read == 0)
                        return;
                    _filled += read;
                    while (TryTake(out int length, out bool close))
                    {
                        await socket.SendAsync(_answer.AsMemory(0, length), SocketFlags.None);
                        if (close)
                            return;
                    }
                }
            }
            catch (SocketException)
            {
                // The proxy reset its connection: nothing is left to answer.
            }
        }
    }

    // Takes one request off the buffer and writes its answer; false when no request is complete yet.
    private bool TryTake(out int answerLength, out bool close)
    {
        answerLength = 0;
        close = false;
        SkipBody();
        ReadOnlySpan<byte> received = _received.AsSpan(0, _filled);
        int end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;

        ReadOnlySpan<byte> key = default;
        for (ReadOnlySpan<byte> lines = received[..(end + 2)]; !lines.IsEmpty;)
        {
            int lineEnd = lines.IndexOf("\r\n"u8);
            ReadHeader(lines[..lineEnd], ref key, ref close);
            lines = lines[(lineEnd + 2)..];
        }

        answerLength = WriteAnswer(key.Length <= LongestKey ? key : default);
        Drop(end + 4);
        SkipBody();
        return true;
    }

    private void ReadHeader(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> key, ref bool close)
    {
        if (Is(line, "x-user-id:"u8, out ReadOnlySpan<byte> value))
            key = value;
        else if (Is(line, "content-length:"u8, out value) && Utf8Parser.TryParse(value, out long length, out _))
            _bodyLeft = length;
        else if (Is(line, "connection:"u8, out value))
            close = Ascii.EqualsIgnoreCase(value, "close"u8);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name))
            return false;
        value = line[name.Length..].Trim((byte)' ');
        return true;
    }

    private int WriteAnswer(ReadOnlySpan<byte> key)
    {
        Span<byte> answer = _answer;
        _head.CopyTo(answer);
        int at = _head.Length;
        Utf8Formatter.TryFormat(_body.Length + key.Length + AfterKey.Length, answer[at..], out int digits);
        at += digits;
        "\r\n\r\n"u8.CopyTo(answer[at..]);
        at += 4;
        _body.CopyTo(answer[at..]);
        at += _body.Length;
        key.CopyTo(answer[at..]);
        at += key.Length;
        AfterKey.CopyTo(answer[at..]);
        return at + AfterKey.Length;
    }

    private void SkipBody()
    {
        int skipped = (int)Math.Min(_bodyLeft, _filled);
        _bodyLeft -= skipped;
        if (skipped > 0)
            Drop(skipped);
    }

    private void Drop(int count)
    {
        _received.AsSpan(count, _filled - count).CopyTo(_received);
        _filled -= count;
    }
}
