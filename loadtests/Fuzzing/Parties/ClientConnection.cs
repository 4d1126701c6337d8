using System.Net;
using System.Net.Sockets;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.LoadTests.Http;

namespace HashBalancer.Fuzzing.Parties;

/// <summary>How waiting for an answer ended.</summary>
internal enum Reception
{
    /// <summary>A whole answer came.</summary>
    Whole,

    /// <summary>The gateway ended the connection within an answer.</summary>
    Cut,

    /// <summary>The gateway ended the connection without an answer.</summary>
    Closed,

    /// <summary>The client's patience ended.</summary>
    Late,

    /// <summary>What came is no answer that clients could read in one way alone.</summary>
    Malformed,
}

/// <summary>A client's connection to the gateway; remembers every exchange that was sent here.</summary>
internal sealed class ClientConnection : IDisposable
{
    private const int MostExchanges = 16;
    private const int LongestAnswer = 64 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[LongestAnswer];
    private readonly List<long> _exchanges = [];
    private int _filled;

    /// <summary>Whether the answer to this exchange may come here.</summary>
    public bool IsOwn(long exchange) => _exchanges.Contains(exchange);

    public bool IsFresh => _exchanges.Count == 1;

    /// <summary>Whether another exchange would be one too many.</summary>
    public bool IsWorn => _exchanges.Count >= MostExchanges;

    /// <summary>Everything received since the last call of <see cref="Receive"/>.</summary>
    public ReadOnlySpan<byte> Received => _received.AsSpan(0, _filled);

    /// <summary>The whole answer that <see cref="Receive"/> found.</summary>
    public ReceivedAnswer Answer { get; private set; }

    public ReadOnlySpan<byte> Body => _received.AsSpan(Answer.Body, Answer.End - Answer.Body);

    /// <summary>Whether the connection can have another exchange: it was not closed, and nothing is left over.</summary>
    public bool CanGoOn => Answer is { KeepAlive: true, UntilClose: false } && Answer.End == _filled && !IsWorn;

    public ValueTask Open(int port, CancellationToken cancellation) => _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);

    /// <summary>Sends a part of an exchange.</summary>
    /// <returns>Whether the gateway still takes anything.</returns>
    public async ValueTask<bool> Send(long exchange, ReadOnlyMemory<byte> bytes)
    {
        if (_exchanges.Count == 0 || _exchanges[^1] != exchange)
            _exchanges.Add(exchange);
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await _socket.SendAsync(bytes)..];
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Tells the gateway that nothing more is sent, while answers are still read.</summary>
    public void HalfClose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The gateway was faster.
        }
    }

    /// <summary>Goes without a farewell: the gateway's next write fails.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    /// <summary>Waits for one whole answer.</summary>
    public async ValueTask<Reception> Receive(bool answersHead, CancellationToken patience)
    {
        _filled = 0;
        Answer = default;
        while (true)
        {
            int count;
            try
            {
                count = await _socket.ReceiveAsync(_received.AsMemory(_filled), patience);
            }
            catch (SocketException)
            {
                return Ended(isReset: true);
            }
            catch (OperationCanceledException)
            {
                return Reception.Late;
            }

            if (count == 0)
                return Ended(isReset: false);
            _filled += count;
            try
            {
                Answer = ReceivedAnswer.Read(Received, answersHead);
            }
            catch (MalformedResponseException)
            {
                return Reception.Malformed;
            }

            if (Answer.End > 0)
                return Reception.Whole;
            if (_filled == LongestAnswer)
                return Reception.Malformed;
        }
    }

    public void Dispose() => _socket.Dispose();

    private Reception Ended(bool isReset)
    {
        if (Answer.Status == 0)
            return Reception.Closed;
        if (!Answer.UntilClose || isReset)
            return Reception.Cut;
        Answer = Answer with { End = _filled };
        return Reception.Whole;
    }
}
