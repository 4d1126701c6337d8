using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Epoll;

/// <summary>Closing, cancelling and readiness, all at once: numbers of descriptors are given anew at once, and no byte may reach another's connection.</summary>
public sealed class EpollRaceTests
{
    private static readonly int Rounds = Effort.Of(40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_ClosedFromAnywhereUnderTraffic_NeverMixTheirBytes(bool isTogether)
    {
        using var turn = new SemaphoreSlim(1);
        await using Loops loops = await Loops.StartOne(isTogether);
        await Task.WhenAll(Enumerable.Range(1, 16).Select(number => Task.Run(() => Talk(loops, turn, (byte)number))));
        await Eventually.IsTrue(() => loops.Transport.Count == 1, "only the listener is left");
    }

    private static async Task Talk(Loops loops, SemaphoreSlim turn, byte number)
    {
        var random = new Random(number);
        for (int round = 0; round < Rounds; round++)
        {
            (Socket client, ConnectionContext connection) = await Connect(loops, turn);
            Task echo = Echo(connection);
            Task closing = Task.CompletedTask;
            byte[] own = new byte[1000];
            Array.Fill(own, number);
            try
            {
                for (int i = 0; i < 20; i++)
                {
                    await Streams.SendAll(client, own.AsMemory(0, random.Next(1, own.Length)));
                    if (i == 10)
                        closing = Task.Run(() => End(connection, isAbort: random.Next(2) == 0));
                    byte[] back = new byte[2000];
                    int count = await client.ReceiveAsync(back);
                    if (count == 0)
                        break;
                    Assert.All(back[..count], value => Assert.Equal(number, value));
                }
            }
            catch (SocketException)
            {
                // Reset, as asked for.
            }

            client.Dispose();
            await closing;
            connection.Abort(new ConnectionAbortedException());
            await echo;
            await connection.DisposeAsync();
        }
    }

    /// <summary>One at a time, as a server accepts.</summary>
    private static async Task<(Socket Client, ConnectionContext Connection)> Connect(Loops loops, SemaphoreSlim turn)
    {
        await turn.WaitAsync();
        try
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await client.ConnectAsync(loops.Address);
            return (client, (await loops.Listener.AcceptAsync())!);
        }
        finally
        {
            turn.Release();
        }
    }

    private static void End(ConnectionContext connection, bool isAbort)
    {
        if (isAbort)
            connection.Abort(new ConnectionAbortedException());
        else
            connection.Transport.Input.CancelPendingRead();
    }

    private static async Task Echo(ConnectionContext connection)
    {
        try
        {
            while (true)
            {
                ReadResult read = await connection.Transport.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                    connection.Transport.Output.Write(piece.Span);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || (await connection.Transport.Output.FlushAsync()).IsCompleted)
                    return;
            }
        }
        catch (ConnectionResetException)
        {
            // Aborted.
        }
    }
}
