using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Listening;

public sealed class EpollOutputTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flush_Megabytes_ArriveInOrder()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        byte[] sent = Streams.Bytes(3_000_000);
        Task<byte[]> receiving = Streams.ReceiveAll(client, sent.Length);

        connection.Transport.Output.Write(sent);
        Assert.Equal(sent.Length, connection.Transport.Output.UnflushedBytes);
        FlushResult flushed = await connection.Transport.Output.FlushAsync(Stop);

        Assert.False(flushed.IsCompleted);
        Assert.Equal(0, connection.Transport.Output.UnflushedBytes);
        Assert.Equal(sent, await receiving);
    }

    [Fact]
    public async Task Flush_PiecesOfAllSizes_ArriveInOrder()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        byte[] sent = Streams.Bytes(3_000_000);
        Task<byte[]> receiving = Streams.ReceiveAll(client, sent.Length);

        // As a response is written: a head, then as much of a body as was received, asked for in one piece.
        int[] sizes = [300, 16_000, 65_536, 1, 65_536, 1024, 1025, 4096, 3796, 300, 70_000];
        for (int at = 0, i = 0; at < sent.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Length], sent.Length - at);
            sent.AsSpan(at, size).CopyTo(connection.Transport.Output.GetSpan(size));
            connection.Transport.Output.Advance(size);
            at += size;
            if (i % 5 == 4)
                await connection.Transport.Output.FlushAsync(Stop);
        }

        await connection.Transport.Output.FlushAsync(Stop);
        Assert.Equal(0, connection.Transport.Output.UnflushedBytes);
        Assert.Equal(sent, await receiving);
    }

    [Fact]
    public async Task Flush_ClientDoesNotRead_WaitsUntilItDoes()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        (List<byte> sent, ValueTask<FlushResult> waiting) = await Fill(connection.Transport.Output);

        Assert.False(waiting.IsCompleted);
        byte[] received = await Streams.ReceiveAll(client, sent.Count);

        Assert.False((await waiting).IsCanceled);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task CancelPendingFlush_WhileWaiting_EndsItAndTheRestGoesWithTheNext()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeWriter output = connection.Transport.Output;
        (List<byte> sent, ValueTask<FlushResult> waiting) = await Fill(output);

        output.CancelPendingFlush();

        Assert.True((await waiting).IsCanceled);
        Task<byte[]> receiving = Streams.ReceiveAll(client, sent.Count);
        Assert.False((await output.FlushAsync(Stop)).IsCanceled);
        Assert.Equal(sent, await receiving);
    }

    [Fact]
    public async Task Flush_TokenCanceledWhileWaiting_Throws()
    {
        await using Loops loops = await Loops.Start();
        (_, ConnectionContext connection) = await loops.Connect();
        using var source = new CancellationTokenSource();
        (_, ValueTask<FlushResult> waiting) = await Fill(connection.Transport.Output, source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(waiting.AsTask);
    }

    [Fact]
    public async Task Flush_ClientGone_SaysSoAndClosesTheConnection()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();
        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the reset was noticed");

        connection.Transport.Output.Write("late"u8);

        Assert.True((await connection.Transport.Output.FlushAsync(Stop)).IsCompleted);
        Assert.Equal(0, connection.Transport.Output.UnflushedBytes);
    }

    [Fact]
    public async Task Abort_WhileFlushing_EndsTheFlush()
    {
        await using Loops loops = await Loops.Start();
        (_, ConnectionContext connection) = await loops.Connect();
        (_, ValueTask<FlushResult> waiting) = await Fill(connection.Transport.Output);

        connection.Abort(new ConnectionAbortedException("enough"));

        Assert.True((await waiting).IsCompleted);
    }

    [Fact]
    public async Task Dispose_UnflushedBytes_GoOutBeforeTheEnd()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        connection.Transport.Output.Write("bye"u8);

        await connection.DisposeAsync();

        Assert.Equal("bye"u8.ToArray(), await Streams.ReceiveAll(client, 100));
    }

    [Fact]
    public async Task Advance_BeyondWhatWasGiven_Throws()
    {
        await using Loops loops = await Loops.Start();
        (_, ConnectionContext connection) = await loops.Connect();
        PipeWriter output = connection.Transport.Output;
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));
        int given = output.GetMemory(10).Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(given + 1));
    }

    /// <summary>Writes until the system takes no more.</summary>
    private static async Task<(List<byte> Sent, ValueTask<FlushResult> Waiting)> Fill(PipeWriter output, CancellationToken cancellation = default)
    {
        List<byte> sent = [];
        for (int i = 0; i < 1000; i++)
        {
            byte[] piece = Streams.Bytes(100_000, seed: i);
            sent.AddRange(piece);
            output.Write(piece);
            ValueTask<FlushResult> flushing = output.FlushAsync(cancellation);
            if (!flushing.IsCompleted)
                return (sent, flushing);
            await flushing;
        }

        throw new InvalidOperationException("The system took everything.");
    }
}
