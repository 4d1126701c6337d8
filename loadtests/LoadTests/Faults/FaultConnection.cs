using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace HashBalancer.LoadTests.Faults;

/// <summary>One connection through a fault proxy: two directions, each read ahead of what it delays.</summary>
internal sealed class FaultConnection(FaultProxy proxy, Socket client, CancellationToken stop) : IDisposable
{
    private const int PieceSize = 16 * 1024;

    // So much is read ahead of a delay; beyond it the sender feels the delay as back-pressure.
    private const int MostPieces = 256;

    private static readonly TimeSpan StallProbe = TimeSpan.FromMilliseconds(5);

    private readonly Socket _node = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _broken = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Passes both directions on until both have ended or one has broken.</summary>
    public async Task Run(int port)
    {
        try
        {
            client.NoDelay = true;
            await _node.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), _broken.Token);
            await Task.WhenAll(Guarded(Direction(client, _node, fromNode: false)), Guarded(Direction(_node, client, fromNode: true)));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A node that refuses is seen as one whose connections break at once.
            Reset(client);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Closes a connection so that its other end sees a reset.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public void Dispose()
    {
        client.Dispose();
        _node.Dispose();
        _broken.Dispose();
    }

    private async Task Guarded(Task direction)
    {
        try
        {
            await direction;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // What breaks one direction breaks the connection.
            await _broken.CancelAsync();
        }
    }

    private async Task Direction(Socket from, Socket to, bool fromNode)
    {
        var pieces = Channel.CreateBounded<Piece>(new BoundedChannelOptions(MostPieces) { SingleReader = true, SingleWriter = true });
        await Task.WhenAll(Guarded(ReadAhead(from, pieces.Writer)), Guarded(Pass(pieces.Reader, to, fromNode)));
    }

    private async Task ReadAhead(Socket from, ChannelWriter<Piece> pieces)
    {
        try
        {
            while (true)
            {
                byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
                int read = await from.ReceiveAsync(buffer, SocketFlags.None, _broken.Token);
                if (read == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    return;
                }

                await pieces.WriteAsync(new Piece(buffer, read, proxy.Time.GetTimestamp()), _broken.Token);
            }
        }
        finally
        {
            pieces.Complete();
        }
    }

    private async Task Pass(ChannelReader<Piece> pieces, Socket to, bool fromNode)
    {
        await foreach (Piece piece in pieces.ReadAllAsync(_broken.Token))
        {
            await Hold(piece);
            if (fromNode && proxy.Draw(proxy.Faults.Resets))
            {
                Reset(to);
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            for (int sent = 0; sent < piece.Length;)
                sent += await to.SendAsync(piece.Buffer.AsMemory(sent, piece.Length - sent), SocketFlags.None, _broken.Token);
            ArrayPool<byte>.Shared.Return(piece.Buffer);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task Hold(Piece piece)
    {
        while (proxy.Faults.Stall)
            await Task.Delay(StallProbe, proxy.Time, _broken.Token);
        FaultSettings faults = proxy.Faults;
        TimeSpan left = faults.Latency - proxy.Time.GetElapsedTime(piece.Received);
        if (left > TimeSpan.Zero)
        {
            // Timers cut to whole milliseconds: an early one would be less than what was asked for.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), proxy.Time, _broken.Token);
        }

        if (faults.Bandwidth > 0)
            await proxy.Pace.Take(piece.Length, faults.Bandwidth, _broken.Token);
    }

    private readonly record struct Piece(byte[] Buffer, int Length, long Received);
}
