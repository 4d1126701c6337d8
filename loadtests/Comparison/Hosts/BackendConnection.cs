using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Comparison.Hosts;

/// <summary>
/// Answers each request of one connection with <c>{"node":"…","key":"…"}</c>, the key being the request's X-User-Id, so that the
/// client can tell whether each answer is the one to its own request. Request bodies are read over by their Content-Length
/// before the answer goes out. <see cref="BackendPaths"/> ask for longer bodies and more headers.
/// </summary>
internal sealed class BackendConnection(ConnectionContext connection, string node)
{
    private const int BufferSize = 64 * 1024;
    private const int LongestKey = 1024;
    private const int LongestHead = 32 * 1024;

    private static readonly byte[] Padding = MakePadding();

    private static ReadOnlySpan<byte> AfterKey => "\"}"u8;

    private readonly byte[] _head = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nServer: backend\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: ");

    private readonly byte[] _body = Encoding.ASCII.GetBytes($"{{\"node\":\"{node}\",\"key\":\"");
    private readonly byte[] _received = new byte[BufferSize];
    private readonly byte[] _answer = new byte[LongestHead];
    private int _filled;
    private long _bodyLeft;
    private int _answerLength;
    private long _padding;
    private bool _close;
    private bool _inRequest;

    public async Task Serve()
    {
        await using (connection)
        {
            try
            {
                while (await Receive())
                {
                    while (TryTake())
                    {
                        if (!await Answer() || _close)
                            return;
                    }
                }
            }
            catch (ConnectionResetException)
            {
                // The proxy reset its connection: nothing is left to answer.
            }
        }
    }

    /// <summary>Takes as much as there is room for; false at the end.</summary>
    private async ValueTask<bool> Receive()
    {
        ReadResult read = await connection.Transport.Input.ReadAsync();
        ReadOnlySequence<byte> taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, _received.Length - _filled));
        taken.CopyTo(_received.AsSpan(_filled));
        _filled += (int)taken.Length;
        connection.Transport.Input.AdvanceTo(taken.End);
        return !taken.IsEmpty;
    }

    /// <summary>Whether the other side is still there.</summary>
    private async ValueTask<bool> Answer()
    {
        PipeWriter output = connection.Transport.Output;
        FlushResult flushed = await output.WriteAsync(_answer.AsMemory(0, _answerLength));
        for (; _padding > 0 && !flushed.IsCompleted; _padding -= Math.Min(_padding, Padding.Length))
            flushed = await output.WriteAsync(Padding.AsMemory(0, (int)Math.Min(_padding, Padding.Length)));
        return !flushed.IsCompleted;
    }

    // Takes one request off the buffer and writes its answer; false when no request is complete yet.
    private bool TryTake()
    {
        if (!_inRequest)
        {
            int end = _received.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return false;
            ReadHead(_received.AsSpan(0, end + 2));
            Drop(end + 4);
            _inRequest = true;
        }

        SkipBody();
        if (_bodyLeft > 0)
            return false;
        _inRequest = false;
        return true;
    }

    private void ReadHead(ReadOnlySpan<byte> lines)
    {
        _close = false;
        int lineEnd = lines.IndexOf("\r\n"u8);
        (int bytes, int headers) = BackendPaths.Read(lines[..lineEnd]);
        ReadOnlySpan<byte> key = default;
        while (!(lines = lines[(lineEnd + 2)..]).IsEmpty)
        {
            lineEnd = lines.IndexOf("\r\n"u8);
            ReadHeader(lines[..lineEnd], ref key);
        }

        WriteAnswer(key.Length <= LongestKey ? key : default, bytes, headers);
    }

    private void ReadHeader(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> key)
    {
        if (Is(line, "x-user-id:"u8, out ReadOnlySpan<byte> value))
            key = value;
        else if (Is(line, "content-length:"u8, out value) && Utf8Parser.TryParse(value, out long length, out _))
            _bodyLeft = length;
        else if (Is(line, "connection:"u8, out value))
            _close = Ascii.EqualsIgnoreCase(value, "close"u8);
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line[..name.Length], name))
            return false;
        value = line[name.Length..].Trim((byte)' ');
        return true;
    }

    private void WriteAnswer(ReadOnlySpan<byte> key, int bytes, int headers)
    {
        Span<byte> answer = _answer;
        int content = _body.Length + key.Length + AfterKey.Length;
        _padding = Math.Max(0, bytes - content);
        int at = 0;
        Add(answer, ref at, _head);
        AddNumber(answer, ref at, content + _padding);
        for (int i = 1; i <= headers && at < LongestHead - 2 * LongestKey; i++)
        {
            Add(answer, ref at, "\r\nX-Answer-"u8);
            AddNumber(answer, ref at, i);
            Add(answer, ref at, ": value-"u8);
            AddNumber(answer, ref at, i);
        }

        Add(answer, ref at, "\r\n\r\n"u8);
        Add(answer, ref at, _body);
        Add(answer, ref at, key);
        Add(answer, ref at, AfterKey);
        _answerLength = at;
    }

    private static void Add(Span<byte> answer, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(answer[at..]);
        at += text.Length;
    }

    private static void AddNumber(Span<byte> answer, ref int at, long number)
    {
        Utf8Formatter.TryFormat(number, answer[at..], out int digits);
        at += digits;
    }

    private static byte[] MakePadding()
    {
        byte[] padding = new byte[BufferSize];
        padding.AsSpan().Fill((byte)' ');
        return padding;
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
