using System.IO.Pipelines;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Listening;

public sealed class EpollInputTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_MegabytesInPieces_GivesAllInOrder()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        byte[] sent = Streams.Bytes(3_000_000);

        Task sending = Streams.SendAll(client, sent).ContinueWith(_ => client.Shutdown(SocketShutdown.Send), Stop, default, TaskScheduler.Default);
        byte[] received = await Streams.ReadToEnd(connection);

        await sending;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Read_ExaminedAndNotConsumed_WaitsForMoreAndKeepsWhatThereWas()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        await client.SendAsync("ab"u8.ToArray(), Stop);
        ReadResult first = await input.ReadAsync(Stop);
        input.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        ValueTask<ReadResult> second = input.ReadAsync(Stop);
        Assert.False(second.IsCompleted);
        await client.SendAsync("c"u8.ToArray(), Stop);

        Assert.Equal("abc"u8.ToArray(), Streams.ToArray(await second));
    }

    [Fact]
    public async Task Read_NotExamined_GivesTheRestAtOnce()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        await client.SendAsync("abc"u8.ToArray(), Stop);
        ReadResult first = await input.ReadAsync(Stop);
        input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.GetPosition(2));

        ValueTask<ReadResult> second = input.ReadAsync(Stop);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.Equal("bc"u8.ToArray(), Streams.ToArray(await second));
    }

    [Fact]
    public async Task Read_NothingConsumed_GrowsToWhateverIsAsked()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        byte[] sent = Streams.Bytes(300_000);
        Task sending = Streams.SendAll(client, sent);

        ReadResult read = await input.ReadAtLeastAsync(sent.Length, Stop);

        await sending;
        Assert.Equal(sent, Streams.ToArray(read));
    }

    [Fact]
    public async Task Read_MoreThanTheFirstBuffer_ComesWithTheSecondRead()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        byte[] sent = Streams.Bytes(20_000);
        await Streams.SendAll(client, sent);
        ReadResult first = await input.ReadAsync(Stop);
        input.AdvanceTo(first.Buffer.GetPosition(100));

        ReadResult second = await input.ReadAsync(Stop);

        Assert.Equal(sent[100..], Streams.ToArray(second));
    }

    [Fact]
    public async Task Read_ResetBehindData_GivesTheDataFirst()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        await client.SendAsync("abc"u8.ToArray(), Stop);
        ReadResult first = await input.ReadAsync(Stop);
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();
        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the reset was noticed");
        input.AdvanceTo(first.Buffer.GetPosition(1));

        ReadResult second = await input.ReadAsync(Stop);

        Assert.Equal("bc"u8.ToArray(), Streams.ToArray(second));
        Assert.False(second.IsCompleted);
        input.AdvanceTo(second.Buffer.End);
        await Assert.ThrowsAsync<ConnectionResetException>(() => input.ReadAsync(Stop).AsTask());
    }

    [Fact]
    public async Task AdvanceTo_PositionsOfNothing_IsNoProgress()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        await client.SendAsync("abc"u8.ToArray(), Stop);
        ReadResult read = await input.ReadAsync(Stop);

        input.AdvanceTo(default, default);
        Assert.Equal("abc"u8.ToArray(), Streams.ToArray(await input.ReadAsync(Stop)));

        input.AdvanceTo(read.Buffer.GetPosition(1), default);
        Assert.Equal("bc"u8.ToArray(), Streams.ToArray(await input.ReadAsync(Stop)));
    }

    [Fact]
    public async Task AdvanceTo_PositionOfAnother_Throws()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        await client.SendAsync("abc"u8.ToArray(), Stop);
        await connection.Transport.Input.ReadAsync(Stop);

        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Transport.Input.AdvanceTo(new SequencePosition(new byte[3], 1)));
    }

    [Fact]
    public async Task TryRead_NothingThere_IsFalse()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        Assert.False(connection.Transport.Input.TryRead(out _));
        await client.SendAsync("a"u8.ToArray(), Stop);

        ReadResult read = default;
        await Eventually.IsTrue(() => connection.Transport.Input.TryRead(out read), "the byte came");
        Assert.Equal("a"u8.ToArray(), Streams.ToArray(read));
    }

    [Fact]
    public async Task CancelPendingRead_WhileWaiting_EndsTheReadAndLosesNothing()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        PipeReader input = connection.Transport.Input;
        ValueTask<ReadResult> reading = input.ReadAsync(Stop);

        input.CancelPendingRead();

        Assert.True((await reading).IsCanceled);
        await client.SendAsync("a"u8.ToArray(), Stop);
        ReadResult next = await input.ReadAsync(Stop);
        Assert.False(next.IsCanceled);
        Assert.Equal("a"u8.ToArray(), Streams.ToArray(next));
    }

    [Fact]
    public async Task CancelPendingRead_BeforeARead_EndsThatOne()
    {
        await using Loops loops = await Loops.Start();
        (_, ConnectionContext connection) = await loops.Connect();
        connection.Transport.Input.CancelPendingRead();

        Assert.True((await connection.Transport.Input.ReadAsync(Stop)).IsCanceled);
    }

    [Fact]
    public async Task Read_TokenCanceledWhileWaiting_Throws()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        using var source = new CancellationTokenSource();
        ValueTask<ReadResult> reading = connection.Transport.Input.ReadAsync(source.Token);

        await source.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAsync<OperationCanceledException>(reading.AsTask);
        Assert.Equal(source.Token, error.CancellationToken);
        await client.SendAsync("a"u8.ToArray(), Stop);
        Assert.Equal("a"u8.ToArray(), Streams.ToArray(await connection.Transport.Input.ReadAsync(Stop)));
    }

    [Fact]
    public async Task ClientEnds_WhileNobodyReads_ClosesTheConnection()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();

        client.Shutdown(SocketShutdown.Send);

        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the end was noticed");
    }

    [Fact]
    public async Task ClientEnds_BehindWhatNobodyHasRead_ClosesTheConnectionOnceThatIsRead()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        await client.SendAsync("abc"u8.ToArray(), Stop);
        client.Shutdown(SocketShutdown.Send);
        // A later client's byte tells that the loop has passed this end by.
        (Socket later, ConnectionContext other) = await loops.Connect();
        await later.SendAsync("x"u8.ToArray(), Stop);
        await other.Transport.Input.ReadAsync(Stop);
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);

        ReadResult read = await connection.Transport.Input.ReadAsync(Stop);

        Assert.Equal("abc"u8.ToArray(), Streams.ToArray(read));
        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the end was noticed");
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        Assert.True((await connection.Transport.Input.ReadAsync(Stop)).IsCompleted);
    }

    [Fact]
    public async Task ClientResets_ReadThrowsAndTheConnectionCloses()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        ValueTask<ReadResult> reading = connection.Transport.Input.ReadAsync(Stop);

        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose();

        await Assert.ThrowsAsync<ConnectionResetException>(reading.AsTask);
        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the reset was noticed");
    }

    [Fact]
    public async Task Abort_WhileReading_EndsTheRead()
    {
        await using Loops loops = await Loops.Start();
        (Socket client, ConnectionContext connection) = await loops.Connect();
        ValueTask<ReadResult> reading = connection.Transport.Input.ReadAsync(Stop);

        connection.Abort(new ConnectionAbortedException("enough"));

        await Assert.ThrowsAsync<ConnectionResetException>(reading.AsTask);
        SocketException error = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[1], Stop).AsTask());
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task Read_AfterComplete_Throws()
    {
        await using Loops loops = await Loops.Start();
        (_, ConnectionContext connection) = await loops.Connect();
        await connection.Transport.Input.CompleteAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.Transport.Input.ReadAsync(Stop).AsTask());
    }
}
