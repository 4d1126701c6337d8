using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A node that speaks bytes: it records what it receives and answers each request with the bytes the test gives.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private int _open;

    /// <param name="at">Where it listens; null: on a free port of loopback.</param>
    public ScriptedNode(EndPoint? at = null)
    {
        at ??= new IPEndPoint(IPAddress.Loopback, 0);
        _listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(at);
        _listener.Listen();
        _accepting = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>What is sent for the next requests.</summary>
    public byte[] Answer { get; set; } = [];

    /// <summary>How many bytes of the answer are sent at once; the others follow when <see cref="Rest"/> is complete.</summary>
    public int SentFirst { get; set; } = int.MaxValue;

    public Task Rest { get; set; } = Task.CompletedTask;

    /// <summary>Sent once a head with the field Expect has come, before the body; empty: nothing.</summary>
    public byte[] AnswerToExpect { get; set; } = [];

    /// <summary>Whether a head is answered without its body, and what comes of that is left unread in the next request's place.</summary>
    public bool AnswersHeads { get; set; }

    /// <summary>Whether everything that comes after the first request is sent back.</summary>
    public bool Echoes { get; set; }

    /// <summary>Whether the connection ends after the answer.</summary>
    public bool Closes { get; set; }

    /// <summary>Requests with their bodies, as they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What had come when <see cref="AnswerToExpect"/> was sent.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Connections that neither side has closed.</summary>
    public int Open => Volatile.Read(ref _open);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets)
            socket.Dispose();
        await _accepting;
    }

    private async Task Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            _sockets.Add(socket);
            _ = Serve(socket);
        }
    }

    private async Task Serve(Socket socket)
    {
        Interlocked.Increment(ref _open);
        try
        {
            var received = new StringBuilder();
            byte[] buffer = new byte[64 * 1024];
            bool isAsked = false;
            while (await socket.ReceiveAsync(buffer) is > 0 and int count)
            {
                received.Append(Encoding.Latin1.GetString(buffer, 0, count));
                if (AnswerToExpect.Length > 0 && !isAsked && IsHeadThatExpects(received.ToString()))
                {
                    isAsked = true;
                    Heads.Enqueue(received.ToString());
                    await socket.SendAsync(AnswerToExpect);
                    if (Closes && Answer.Length == 0)
                        return;
                }

                while (RequestLength(received.ToString()) is > 0 and int length)
                {
                    // The test may set up the next exchange as soon as it has this one's answer.
                    (byte[] answer, Task rest, bool closes) = (Answer, Rest, Closes);
                    int first = Math.Min(SentFirst, answer.Length);
                    Requests.Enqueue(received.ToString(0, length));
                    received.Remove(0, length);
                    await socket.SendAsync(answer.AsMemory(0, first));
                    if (first < answer.Length)
                    {
                        await rest;
                        await socket.SendAsync(answer.AsMemory(first));
                    }

                    isAsked = false;
                    if (closes)
                        return;
                    while (Echoes && await socket.ReceiveAsync(buffer) is > 0 and int more)
                    {
                        for (int at = 0; at < more;)
                            at += await socket.SendAsync(buffer.AsMemory(at, more - at));
                    }
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The proxy or the test ended the connection.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            socket.Dispose();
        }
    }

    private static bool IsHeadThatExpects(string text) =>
        text.Contains("\r\n\r\n", StringComparison.Ordinal) && text.Contains("Expect: 100-continue\r\n", StringComparison.OrdinalIgnoreCase);

    /// <summary>The length of the first request, or 0 when it is not complete. Knows the framing a proxy must write, and nothing laxer.</summary>
    private int RequestLength(string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return 0;
        if (AnswersHeads)
            return end + 4;
        string head = text[..(end + 2)];
        int body = end + 4;
        if (head.Contains("Transfer-Encoding: chunked\r\n", StringComparison.OrdinalIgnoreCase))
        {
            return ChunkedEnd(text, body);
        }

        int at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return body;
        int length = int.Parse(head[(at + 16)..head.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
        return text.Length >= body + length ? body + length : 0;
    }

    /// <summary>Where a chunked body ends, with its trailers; 0 when that has not come.</summary>
    private static int ChunkedEnd(string text, int at)
    {
        while (text.IndexOf("\r\n", at, StringComparison.Ordinal) is >= 0 and int line)
        {
            int size = int.Parse(text[at..line], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
            at = line + 2;
            if (size == 0)
            {
                int end = text.IndexOf("\r\n\r\n", line, StringComparison.Ordinal);
                return end < 0 ? 0 : end + 4;
            }

            at += size + 2;
            if (at > text.Length)
                return 0;
        }

        return 0;
    }
}
