using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Transport.Tests.Epoll;

/// <summary>What a loop receives for several sockets before the first of them goes on reaches each of them, whatever happens to it meanwhile.</summary>
public sealed class EpollReceivingTests
{
    public static TheoryData<bool> Ways => [true, false];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Read_ManyReadyInOneTurn_EachGetsItsOwn(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 100, isTogether);
        byte[][] sent = [.. Enumerable.Range(0, 100).Select(i => Streams.Bytes(1 + (i * 97), seed: i))];
        long before = turn.Loops.Transport.MadeTogether;

        // Whose reads are longer than what the loop has room for gets the rest as well.
        Task<byte[]>[] reads = [.. turn.Connections.Select((connection, i) => ReadAll(connection, sent[i].Length))];
        await turn.Run((client, i) => client.Send(sent[i]));

        for (int i = 0; i < reads.Length; i++)
            Assert.Equal(sent[i], await reads[i].WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Stop));
        long made = turn.Loops.Transport.MadeTogether - before;
        if (isTogether)
            Assert.InRange(made, 100, 10_000);
        else
            Assert.Equal(0, made);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Read_CanceledByOneBeforeItInItsTurn_LosesNothing(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 5, isTogether);
        // The first goes on, and cancels what the others wait for: what came for them has been received already.
        Task first = OnRead(turn.Connections[0], _ => Array.ForEach(turn.Connections[1..], other => other.Transport.Input.CancelPendingRead()));
        Task<(bool IsCanceled, byte[] Bytes)>[] others = [.. turn.Connections[1..].Select(connection => CanceledThenRead(connection, isElsewhere: false))];

        await turn.Run((client, i) => client.Send([(byte)i, 1, 2, 3]));

        await first;
        (bool IsCanceled, byte[] Bytes)[] read = await Task.WhenAll(others);
        Assert.All(read, one => Assert.True(one.IsCanceled));
        Assert.Equal(Enumerable.Range(1, 4).Select(i => new byte[] { (byte)i, 1, 2, 3 }), read.Select(one => one.Bytes));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Read_CanceledAndGoneOnElsewhere_LosesNothing(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 50, isTogether);
        for (int round = 0; round < Effort.Of(20); round++)
        {
            Task first = OnRead(turn.Connections[0], _ => Array.ForEach(turn.Connections[1..], other => other.Transport.Input.CancelPendingRead()));
            Task<(bool IsCanceled, byte[] Bytes)>[] others = [.. turn.Connections[1..].Select(connection => CanceledThenRead(connection, isElsewhere: true))];

            await turn.Run((client, i) => client.Send([(byte)i, (byte)round]));

            await first;
            (bool IsCanceled, byte[] Bytes)[] read = await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Stop);
            Assert.Equal(Enumerable.Range(1, 49).Select(i => new byte[] { (byte)i, (byte)round }), read.Select(one => one.Bytes));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Read_AbortedByOneBeforeItInItsTurn_EndsWithAnError(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 5, isTogether);
        Task first = OnRead(turn.Connections[0], _ => Array.ForEach(turn.Connections[1..], other => other.Abort(new ConnectionAbortedException())));
        Task[] others = [.. turn.Connections[1..].Select(connection => connection.Transport.Input.ReadAsync(Stop).AsTask())];

        await turn.Run((client, i) => client.Send([(byte)i]));

        await first;
        foreach (Task other in others)
            await Assert.ThrowsAsync<ConnectionResetException>(() => other);
        await Eventually.IsTrue(() => turn.Loops.Transport.Count == 2, "the listener and the first are left");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Receive_RoomForLessThanCame_GivesTheRestNext(bool isTogether)
    {
        await using Loops loops = await Loops.StartOne(isTogether);
        using var node = new Socket(SocketType.Stream, ProtocolType.Tcp);
        node.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        node.Listen();
        (ByteChannel Channel, Socket Peer)[] pairs = new (ByteChannel, Socket)[5];
        for (int i = 0; i < pairs.Length; i++)
            pairs[i] = (await loops.Transport.Connector.Connect(node.LocalEndPoint!, Unheard.Instance, Stop), await node.AcceptAsync(Stop));
        byte[] sent = Streams.Bytes(1000);
        Task<byte[]>[] received = [.. pairs.Select(pair => Receive(pair.Channel, 1 + sent.Length))];
        // Of its first receive a loop learns that a socket gets little.
        foreach ((_, Socket peer) in pairs)
            await Streams.SendAll(peer, new byte[1]);
        await Turn.Block(loops, () =>
        {
            foreach ((_, Socket peer) in pairs)
                peer.Send(sent);
        });

        foreach (Task<byte[]> one in received)
            Assert.Equal([0, .. sent], await one.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Stop));
        foreach ((ByteChannel channel, Socket peer) in pairs)
        {
            channel.Dispose();
            peer.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Send_ToManyOfWhomSomeAreGone_ReachesTheOthersAndEndsThose(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 21, isTogether);
        Task first = OnRead(turn.Connections[0], async _ =>
        {
            for (int i = 1; i < 21; i += 2)
            {
                turn.Clients[i].LingerState = new LingerOption(enable: true, seconds: 0);
                turn.Clients[i].Dispose();
            }

            for (int i = 1; i < 21; i++)
                await turn.Connections[i].Transport.Output.WriteAsync(new byte[] { (byte)i }, Stop).ConfigureAwait(false);
        });

        await turn.Run((client, i) => client.Send([(byte)i]), only: 0);

        await first;
        for (int i = 2; i < 21; i += 2)
            Assert.Equal([(byte)i], await Streams.ReceiveAll(turn.Clients[i], 1));
        for (int i = 1; i < 21; i += 2)
            await Eventually.IsTrue(() => turn.Connections[i].ConnectionClosed.IsCancellationRequested, "the connection is over");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Send_ToManyThatReadLate_AllArrivesInOrder(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 6, isTogether);
        byte[] sent = Streams.Bytes(10_000_000);
        Task[] writing = [.. turn.Connections.Select(connection => OnRead(connection, async _ =>
        {
            for (int at = 0; at < sent.Length; at += 4000)
                await connection.Transport.Output.WriteAsync(sent.AsMemory(at, 4000), Stop).ConfigureAwait(false);
        }))];

        await turn.Run((client, _) => client.Send([1]));
        foreach (Socket client in turn.Clients)
            await Eventually.IsTrue(() => client.Available > 100_000, "the system is full on its way");

        byte[][] received = await Task.WhenAll(turn.Clients.Select(client => Streams.ReceiveAll(client, sent.Length)));

        await Task.WhenAll(writing);
        Assert.All(received, bytes => Assert.True(bytes.AsSpan().SequenceEqual(sent)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Send_MoreThanTheSystemTakesAtOnce_GoesOnWhereItStopped(bool isTogether)
    {
        await using Turn turn = await Turn.Of(count: 4, isTogether);
        byte[] sent = Streams.Bytes(40_000_000);
        int at = 0;
        Task<FlushResult>? waiting = null;
        while (waiting is null)
        {
            // The last one's pieces lie behind one another, and go in one send with those of the others.
            Task once = OnRead(turn.Connections[0], async _ =>
            {
                foreach (ConnectionContext other in turn.Connections[1..3])
                    await other.Transport.Output.WriteAsync(new byte[1], Stop).ConfigureAwait(false);
                for (int i = 0; i < 15 && waiting is null; i++, at += 4000)
                {
                    ValueTask<FlushResult> write = turn.Connections[3].Transport.Output.WriteAsync(sent.AsMemory(at, 4000), Stop);
                    if (write.IsCompleted)
                        await write.ConfigureAwait(false);
                    else
                        waiting = write.AsTask();
                }
            });
            await turn.Run((client, _) => client.Send([1]), only: 0);
            await once;
        }

        byte[] received = await Streams.ReceiveAll(turn.Clients[3], at);

        await waiting;
        Assert.True(received.AsSpan().SequenceEqual(sent.AsSpan(0, at)));
    }

    private static Task OnRead(ConnectionContext connection, Action<ReadResult> then) => OnRead(connection, read =>
    {
        then(read);
        return Task.CompletedTask;
    });

    private static async Task OnRead(ConnectionContext connection, Func<ReadResult, Task> then)
    {
        ReadResult read = await connection.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        await then(read).ConfigureAwait(false);
    }

    private static async Task<(bool IsCanceled, byte[] Bytes)> CanceledThenRead(ConnectionContext connection, bool isElsewhere)
    {
        ReadResult read = await connection.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
        bool isCanceled = read.IsCanceled;
        if (isCanceled && read.Buffer.IsEmpty)
        {
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            if (isElsewhere)
                await Task.Run(static () => { }, Stop).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            read = await connection.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
        }

        byte[] bytes = Streams.ToArray(read);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        return (isCanceled, bytes);
    }

    private static async Task<byte[]> ReadAll(ConnectionContext connection, int count)
    {
        var all = new List<byte>();
        while (all.Count < count)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync(Stop).ConfigureAwait(false);
            all.AddRange(Streams.ToArray(read));
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
        }

        return [.. all];
    }

    private static async Task<byte[]> Receive(ByteChannel channel, int count)
    {
        var all = new List<byte>();
        byte[] room = new byte[300];
        while (all.Count < count)
        {
            channel.StartReceive(room);
            int received = await channel.WhenReceived().ConfigureAwait(false);
            all.AddRange(room[..received]);
        }

        return [.. all];
    }

    /// <summary>Connections of one loop, which can be kept from what comes for them until all of it has.</summary>
    private sealed class Turn(Loops loops, Socket[] clients, ConnectionContext[] connections) : IAsyncDisposable
    {
        public Loops Loops => loops;

        public Socket[] Clients => clients;

        public ConnectionContext[] Connections => connections;

        public static async Task<Turn> Of(int count, bool isTogether)
        {
            Loops loops = await Loops.StartOne(isTogether);
            var clients = new Socket[count];
            var connections = new ConnectionContext[count];
            for (int i = 0; i < count; i++)
            {
                (clients[i], connections[i]) = await loops.Connect();
                // Of its first receive the loop learns that a socket gets little.
                Task first = OnRead(connections[i], static _ => { });
                await Streams.SendAll(clients[i], new byte[1]);
                await first;
            }

            return new Turn(loops, clients, connections);
        }

        /// <summary>Sends for all clients while the loop is kept busy, in their order, so that it finds all ready at once.</summary>
        public Task Run(Action<Socket, int> send, int? only = null) => Block(loops, () =>
        {
            for (int i = 0; i < clients.Length; i++)
            {
                if (only is null || only == i)
                    send(clients[i], i);
            }
        });

        /// <summary>Keeps the loop from its sockets meanwhile.</summary>
        public static async Task Block(Loops loops, Action meanwhile)
        {
            (Socket client, ConnectionContext connection) = await loops.Connect();
            var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var isOver = new ManualResetEventSlim();
            Task blocking = OnRead(connection, _ =>
            {
                busy.SetResult();
                isOver.Wait(Stop);
            });
            await Streams.SendAll(client, new byte[1]);
            await busy.Task;
            meanwhile();
            isOver.Set();
            await blocking;
            client.Dispose();
            await connection.DisposeAsync();
        }

        public ValueTask DisposeAsync() => loops.DisposeAsync();
    }
}
