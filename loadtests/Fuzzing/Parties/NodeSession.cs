using System.Net.Sockets;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>One connection to the node.</summary>
internal sealed class NodeSession(Socket socket, NodeScript script, Func<long, long, bool> areOneClients, Action count, Findings findings) : IDisposable
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>No request here is so long.</summary>
    private const int LongestRequest = 1024 * 1024;

    private byte[] _received = new byte[FirstBuffer];
    private int _filled;
    private int _headLength;
    private bool _expects;
    private NodeAnswer _planned;

    /// <summary>Answers requests until either side ends the connection.</summary>
    public async Task Serve()
    {
        try
        {
            socket.NoDelay = true;
            while (await socket.ReceiveAsync(_received.AsMemory(_filled)) is > 0 and int received)
            {
                _filled += received;
                while (_filled > 0)
                {
                    int length = Read();
                    if (length < 0)
                        return;
                    if (_headLength == 0)
                        break;
                    if (_expects)
                        await socket.SendAsync(ContinueLine);
                    _expects = false;
                    if (_planned.Early || length > 0)
                        await Answer();
                    if (length == 0)
                        break;
                    if (_planned.Ending != Ending.Keep)
                    {
                        End();
                        return;
                    }

                    Drop(length);
                }

                if (_filled == _received.Length)
                    Array.Resize(ref _received, Math.Min(_filled * 2, LongestRequest));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The gateway gave the connection up, or the run is over.
        }
    }

    /// <summary>Tells the gateway that nothing more comes.</summary>
    public void HangUp()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }

    public void Dispose() => socket.Dispose();

    private static readonly byte[] ContinueLine = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    /// <summary>The length of the request that begins the buffer; 0 while it is not complete, -1 when it is none.</summary>
    private int Read()
    {
        ForwardedRequest request = ForwardedRequest.Read(_received.AsSpan(0, _filled));
        if (request.Fault is { } fault || (request.Length == 0 && _filled == LongestRequest))
        {
            findings.Add(RequestIds.First(_received.AsSpan(0, _filled)), $"forwarded ambiguously: {request.Fault ?? "a request without an end"}", _received.AsSpan(0, _filled));
            return -1;
        }

        if (request.HeadLength > 0 && _headLength == 0)
        {
            _headLength = request.HeadLength;
            _expects = request.ExpectsContinue;
            _planned = script(request.Id, request.IsHead);
            count();
        }

        if (request.Length > 0)
            Check(_received.AsSpan(0, request.Length));
        return request.Length;
    }

    /// <summary>A request must not hold parts of another client's.</summary>
    private void Check(ReadOnlySpan<byte> request)
    {
        long first = RequestIds.First(request);
        if (first >= 0 && RequestIds.Foreign(request, other => areOneClients(first, other)) is >= 0 and long foreign)
            findings.Add(first, $"a request holds parts of exchange {foreign}", request);
    }

    private async Task Answer()
    {
        if (_planned.Bytes.Length > 0)
            await socket.SendAsync(_planned.Bytes);
        _planned = _planned with { Bytes = [] };
    }

    private void End()
    {
        if (_planned.Ending == Ending.Reset)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private void Drop(int length)
    {
        _received.AsSpan(length, _filled - length).CopyTo(_received);
        _filled -= length;
        _headLength = 0;
    }
}
