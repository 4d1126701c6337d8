using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using HashBalancer.Transport.Tests.Support;

namespace HashBalancer.Transport.Tests.Uring;

/// <summary>Each call of a batch gives what it would by itself. A batch is its thread's: every test runs from its beginning to its end on one.</summary>
public sealed unsafe class CallBatchTests : IDisposable
{
    private const int BrokenPipe = 32, Reset = 104;

    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(1 << 24);
    private readonly List<Socket> _sockets = [];

    public CallBatchTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1000);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        NativeMemory.Free(_memory);
    }

    [Fact]
    public void Run_ReceivesOfEveryKind_GiveCountsEndsAndErrors()
    {
        using CallBatch calls = Open();
        (Socket given, Socket full) = Pair();
        full.Send("some bytes"u8);
        (Socket empty, _) = Pair();
        (Socket ended, Socket ending) = Pair();
        ending.Shutdown(SocketShutdown.Send);
        (Socket broken, Socket breaking) = Pair();
        breaking.LingerState = new LingerOption(enable: true, seconds: 0);
        breaking.Close();
        int[] numbers = [.. new[] { given, empty, ended, broken }.Select((socket, i) => calls.AddReceive(Descriptor(socket), _memory + (100 * i), 100))];

        calls.Run();

        Assert.Equal([10, -Errno.Again, 0, -Reset], numbers.Select(calls.ResultOf));
        Assert.Equal("some bytes"u8, new ReadOnlySpan<byte>(_memory, 10));
        Assert.Equal(4, calls.Made);
    }

    [Fact]
    public void Run_SendsOfEveryKind_GiveCountsAndErrors()
    {
        using CallBatch calls = Open();
        (Socket plain, Socket peer) = Pair();
        (Socket much, _) = Pair();
        (Socket over, _) = Pair();
        over.Shutdown(SocketShutdown.Send);
        "some bytes"u8.CopyTo(new Span<byte>(_memory, 10));
        int one = calls.AddSend(Descriptor(plain), _memory, 10), part = calls.AddSend(Descriptor(much), _memory, 1 << 24), none = calls.AddSend(Descriptor(over), _memory, 10);

        calls.Run();

        Assert.Equal(10, calls.ResultOf(one));
        Assert.InRange(calls.ResultOf(part), 1, (1 << 24) - 1);
        Assert.Equal(-BrokenPipe, calls.ResultOf(none));
        byte[] received = new byte[10];
        Assert.Equal(10, peer.Receive(received));
        Assert.Equal("some bytes"u8.ToArray(), received);

        calls.Clear();
        int full = calls.AddSend(Descriptor(much), _memory, 10);
        calls.Run();
        Assert.Equal(-Errno.Again, calls.ResultOf(full));
    }

    [Fact]
    public void Run_ManyTimesFull_EveryResultIsItsOwn()
    {
        using CallBatch calls = Open();
        (Socket Near, Socket Far)[] pairs = [.. Enumerable.Range(0, CallBatch.Most).Select(_ => Pair())];
        for (int round = 0; round < 20; round++)
        {
            byte[] sent = Streams.Bytes(CallBatch.Most, seed: round);
            for (int i = 0; i < pairs.Length; i++)
                pairs[i].Far.Send(sent.AsSpan(0, i % 7));
            calls.Clear();
            for (int i = 0; i < pairs.Length; i++)
                Assert.Equal(i, calls.AddReceive(Descriptor(pairs[i].Near), _memory + (100 * i), 100));

            calls.Run();

            for (int i = 0; i < pairs.Length; i++)
            {
                int count = i % 7;
                Assert.Equal(count == 0 ? -Errno.Again : count, calls.ResultOf(i));
                Assert.Equal(sent.AsSpan(0, count), new ReadOnlySpan<byte>(_memory + (100 * i), count));
            }
        }

        Assert.Equal(20 * CallBatch.Most, calls.Made);
    }

    [Fact]
    public void Run_ClosedDescriptor_IsThatCallsErrorAlone()
    {
        const int BadDescriptor = 9;
        using CallBatch calls = Open();
        (Socket near, Socket far) = Pair();
        far.Send("x"u8);
        int bad = calls.AddReceive(-1, _memory, 100), good = calls.AddReceive(Descriptor(near), _memory, 100);

        calls.Run();

        Assert.Equal(-BadDescriptor, calls.ResultOf(bad));
        Assert.Equal(1, calls.ResultOf(good));
    }

    private static CallBatch Open()
    {
        Assert.SkipUnless(CallBatch.IsSupported, "Several calls in one need Linux 6.1 and io_uring allowed.");
        return CallBatch.TryOpen()!;
    }

    private static int Descriptor(Socket socket) => (int)socket.Handle;

    private (Socket Near, Socket Far) Pair()
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        far.Connect(_listener.LocalEndPoint!);
        Socket near = _listener.Accept();
        _sockets.AddRange([near, far]);
        return (near, far);
    }
}
