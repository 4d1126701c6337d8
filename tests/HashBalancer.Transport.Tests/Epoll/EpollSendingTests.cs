using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Epoll;

/// <summary>What is sent on a loop's thread goes once the loop has gone through what is ready: nothing may be lost, overtaken or left open by that.</summary>
public sealed class EpollSendingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flush_PiecesOfAnySizeOnTheLoop_ArriveInOrder()
    {
        await using Loops loops = await Loops.Start();
        byte[][] pieces = [.. ((int[])[10, 5, 100_000, 3, 4096, 4097, 1, 70_000, 2]).Select((count, i) => Streams.Bytes(count, seed: i))];
        (Socket client, Task serving) = await Serve(loops, async (_, output) =>
        {
            foreach (byte[] piece in pieces)
                await output.WriteAsync(piece, Stop).ConfigureAwait(false);
        });

        byte[] received = await Streams.ReceiveAll(client, pieces.Sum(piece => piece.Length));

        await serving;
        Assert.Equal(pieces.SelectMany(piece => piece), received);
    }

    [Fact]
    public async Task Flush_OnOtherConnectionsMeanwhile_EachGetsItsOwn()
    {
        await using Loops loops = await Loops.Start();
        (Socket Client, ConnectionContext Connection)[] others = new (Socket, ConnectionContext)[100];
        for (int i = 0; i < others.Length; i++)
            others[i] = await loops.Connect();
        (Socket client, Task serving) = await Serve(loops, async (_, output) =>
        {
            for (int turn = 0; turn < 20; turn++)
            {
                await output.WriteAsync(new byte[] { 0, (byte)turn }, Stop).ConfigureAwait(false);
                for (int i = 0; i < others.Length; i++)
                    await others[i].Connection.Transport.Output.WriteAsync(new byte[] { (byte)i, (byte)turn }, Stop).ConfigureAwait(false);
            }
        });

        Assert.Equal(Told(0), await Streams.ReceiveAll(client, 40));
        for (int i = 0; i < others.Length; i++)
            Assert.Equal(Told((byte)i), await Streams.ReceiveAll(others[i].Client, 40));
        await serving;

        static byte[] Told(byte number) => [.. Enumerable.Range(0, 20).SelectMany(turn => (byte[])[number, (byte)turn])];
    }

    [Fact]
    public async Task Flush_FromTheLoopAndThenFromElsewhere_KeepsTheOrder()
    {
        await using Loops loops = await Loops.Start();
        int rounds = Effort.Of(200);
        (Socket client, Task serving) = await Serve(loops, async (connection, output) =>
        {
            for (int i = 0; i < rounds; i++)
            {
                await output.WriteAsync("on the loop,"u8.ToArray(), Stop).ConfigureAwait(false);
                await Task.Run(static () => { }, Stop).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                Assert.False(EpollTransport.IsLoop);
                await output.WriteAsync("off it;"u8.ToArray(), Stop).ConfigureAwait(false);
                await Next(connection).ConfigureAwait(false);
            }
        });

        for (int i = 0; i < rounds; i++)
        {
            Assert.Equal("on the loop,off it;"u8.ToArray(), await Streams.ReceiveAll(client, 19));
            await Streams.SendAll(client, new byte[1]);
        }

        await serving;
    }

    [Fact]
    public async Task Dispose_RightAfterAFlushOnTheLoop_SendsItAndThenEnds()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, Task serving) = await Serve(loops, async (connection, output) =>
        {
            await output.WriteAsync("good bye"u8.ToArray(), Stop).ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        });

        Assert.Equal("good bye"u8.ToArray(), await Streams.ReceiveAll(client, 100));

        await serving;
        await Eventually.IsTrue(() => loops.Transport.Count == 1, "only the listener is left");
    }

    [Fact]
    public async Task Abort_RightAfterAFlushOnTheLoop_IsAResetAllTheSame()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, Task serving) = await Serve(loops, async (connection, output) =>
        {
            await output.WriteAsync("the beginning"u8.ToArray(), Stop).ConfigureAwait(false);
            connection.Abort(new ConnectionAbortedException());
        });

        await serving;
        await Assert.ThrowsAsync<SocketException>(() => Streams.ReceiveAll(client, 100));

        await Eventually.IsTrue(() => loops.Transport.Count == 1, "only the listener is left");
    }

    [Fact]
    public async Task Flush_ManySmallPiecesToAClientThatReadsLate_AllArriveInOrder()
    {
        await using Loops loops = await Loops.Start();
        byte[] sent = Streams.Bytes(20_000_000);
        (Socket client, Task serving) = await Serve(loops, async (_, output) =>
        {
            for (int at = 0; at < sent.Length; at += 2000)
                await output.WriteAsync(sent.AsMemory(at, 2000), Stop).ConfigureAwait(false);
        });
        await Eventually.IsTrue(() => client.Available > 100_000, "the system is full on its way");

        byte[] received = await Streams.ReceiveAll(client, sent.Length);

        await serving;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Dispose_WhileTheClientDoesNotRead_AllThatWasFlushedArrives()
    {
        await using Loops loops = await Loops.Start();
        byte[] sent = Streams.Bytes(20_000_000);

        (Socket client, int count) = await Fill(loops, sent, static connection => connection.DisposeAsync());
        byte[] received = await Streams.ReceiveAll(client, sent.Length);

        Assert.Equal(count, received.Length);
        Assert.True(received.AsSpan().SequenceEqual(sent.AsSpan(0, count)));
        await Eventually.IsTrue(() => loops.Transport.Count == 1, "only the listener is left");
    }

    [Fact]
    public async Task Abort_WhileTheClientDoesNotRead_FreesTheSocketAtOnce()
    {
        await using Loops loops = await Loops.Start();

        (Socket client, _) = await Fill(loops, Streams.Bytes(20_000_000), static connection =>
        {
            connection.Abort(new ConnectionAbortedException());
            return default;
        });

        await Eventually.IsTrue(() => loops.Transport.Count == 1, "only the listener is left");
        await Assert.ThrowsAsync<SocketException>(() => Streams.ReceiveAll(client, 20_000_000));
    }

    [Fact]
    public async Task Flush_ToAClientThatIsGone_EndsTheConnection()
    {
        await using Loops loops = await Loops.Start();
        (Socket gone, ConnectionContext other) = await loops.Connect();
        (_, Task serving) = await Serve(loops, async (_, output) =>
        {
            // Its reset is with the system and not told yet: this thread would have to ask.
            gone.LingerState = new LingerOption(enable: true, seconds: 0);
            gone.Dispose();
            await other.Transport.Output.WriteAsync("to nobody"u8.ToArray(), Stop).ConfigureAwait(false);
        });

        await serving;

        await Eventually.IsTrue(() => other.ConnectionClosed.IsCancellationRequested, "the connection is over");
        Assert.True((await other.Transport.Output.WriteAsync("again"u8.ToArray(), Stop)).IsCompleted);
    }

    [Fact]
    public async Task Send_ToANodeThatIsGone_EndsTheReceive()
    {
        await using Loops loops = await Loops.Start();
        using var node = new Socket(SocketType.Stream, ProtocolType.Tcp);
        node.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        node.Listen();
        (Socket client, Task serving) = await Serve(loops, async (_, _) =>
        {
            using ByteChannel channel = await loops.Transport.Connector.Connect(node.LocalEndPoint!, Unheard.Instance, Stop).ConfigureAwait(false);
            Socket accepted = await node.AcceptAsync(Stop).ConfigureAwait(false);
            accepted.LingerState = new LingerOption(enable: true, seconds: 0);
            channel.StartReceive(new byte[10]);
            accepted.Dispose();
            await channel.Send("to nobody"u8.ToArray()).ConfigureAwait(false);
            await Assert.ThrowsAsync<SocketException>(() => channel.WhenReceived().AsTask()).ConfigureAwait(false);
        });

        await serving;
        client.Dispose();
    }

    /// <summary>A connection that is served on its loop's thread, from its first byte on.</summary>
    private static async Task<(Socket Client, Task<T> Serving)> Serve<T>(Loops loops, Func<ConnectionContext, PipeWriter, Task<T>> serve)
    {
        (Socket client, ConnectionContext connection) = await loops.Connect();
        ValueTask<ReadResult> first = connection.Transport.Input.ReadAsync(Stop);
        Assert.False(first.IsCompleted);
        Task<T> serving = Run();
        await Streams.SendAll(client, new byte[1]);
        return (client, serving);

        async Task<T> Run()
        {
            connection.Transport.Input.AdvanceTo((await first.ConfigureAwait(false)).Buffer.End);
            Assert.True(EpollTransport.IsLoop);
            return await serve(connection, connection.Transport.Output).ConfigureAwait(false);
        }
    }

    private static async Task<(Socket Client, Task Serving)> Serve(Loops loops, Func<ConnectionContext, PipeWriter, Task> serve) =>
        await Serve(loops, async (connection, output) =>
        {
            await serve(connection, output).ConfigureAwait(false);
            return 0;
        });

    private static async Task Next(ConnectionContext connection)
    {
        ReadResult read = await connection.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }

    /// <summary>Flushes a small piece for each byte of a client that does not read, until one has to wait for those before it; ends the connection then.</summary>
    /// <returns>The client, and how many bytes were flushed.</returns>
    private static async Task<(Socket Client, int Flushed)> Fill(Loops loops, byte[] bytes, Func<ConnectionContext, ValueTask> end)
    {
        using var turn = new SemaphoreSlim(0);
        (Socket client, Task<int> serving) = await Serve(loops, async (connection, output) =>
        {
            for (int at = 0; ; at += 4000)
            {
                ValueTask<FlushResult> flushing = output.WriteAsync(bytes.AsMemory(at, 4000), Stop);
                bool isWaiting = !flushing.IsCompleted;
                if (isWaiting)
                    await end(connection).ConfigureAwait(false);
                await flushing.ConfigureAwait(false);
                if (isWaiting)
                    return at;
                turn.Release();
                await Next(connection).ConfigureAwait(false);
            }
        });
        while (!serving.IsCompleted)
        {
            Task next = turn.WaitAsync(Stop);
            if (await Task.WhenAny(next, serving) == next)
                await Streams.SendAll(client, new byte[1]);
        }

        return (client, await serving);
    }
}
