using System.Net;
using System.Net.Sockets;
using HashBalancer.LoadTests.Faults;
using HashBalancer.LoadTests.Tests.Support;
using HashBalancer.Testing;

namespace HashBalancer.LoadTests.Tests.Faults;

/// <summary>Each fault over real sockets, before a server that echoes.</summary>
public sealed class FaultProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScriptedServer _server = new(Echo);
    private readonly FaultProxy _proxy = new(TimeProvider.System, seed: 1);

    public FaultProxyTests() => _proxy.Upstream = _server.EndPoint.Port;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task NoFault_BytesPassBothWaysAndTheEndToo()
    {
        using TcpClient client = await Connect();
        byte[] sent = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];
        Task writing = Write(client, sent);
        byte[] received = new byte[sent.Length];
        await client.GetStream().ReadExactlyAsync(received, Stop);
        await writing;
        NetworkStream stream = client.GetStream();
        client.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(sent, received);
        Assert.Equal(0, await stream.ReadAsync(received, Stop));
    }

    [Fact]
    public async Task Latency_EachDirection_IsLaterByIt()
    {
        _proxy.Faults = FaultSettings.None with { Latency = TimeSpan.FromMilliseconds(60) };
        using TcpClient client = await Connect();
        long start = TimeProvider.System.GetTimestamp();

        await RoundTrip(client);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(119), Patience);
    }

    [Fact]
    public async Task Stall_WhileItLasts_NothingPassesAndNothingIsLost()
    {
        using TcpClient client = await Connect();
        await RoundTrip(client);
        _proxy.Faults = FaultSettings.None with { Stall = true };
        Task trip = RoundTrip(client);
        long start = TimeProvider.System.GetTimestamp();
        await Eventually.IsTrue(() => TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMilliseconds(100), "100 ms");
        Assert.False(trip.IsCompleted);

        _proxy.Faults = FaultSettings.None;

        await trip.WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Bandwidth_ManyBytes_TakeTheirTime()
    {
        _proxy.Faults = FaultSettings.None with { Bandwidth = 500_000 };
        using TcpClient client = await Connect();
        long start = TimeProvider.System.GetTimestamp();
        await Write(client, new byte[100_000]);
        await client.GetStream().ReadExactlyAsync(new byte[100_000], Stop);

        // 200 kB through one pipe of 500 kB/s, less the last piece of each direction, which is paced before it is sent.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(390), Patience);
    }

    [Fact]
    public async Task Loss_EveryConnection_IsReset()
    {
        _proxy.Faults = FaultSettings.None with { Loss = 1 };

        Exception? failure = await Record.ExceptionAsync(async () =>
        {
            // The reset comes while it connects or when it is used.
            using TcpClient client = await Connect();
            await RoundTrip(client);
        });

        Assert.True(failure is IOException or SocketException, failure?.ToString());
        Assert.Equal(0, _server.Connections);
    }

    [Fact]
    public async Task Resets_EveryPiece_BreaksTheConnectionBeforeTheAnswer()
    {
        _proxy.Faults = FaultSettings.None with { Resets = 1 };
        using TcpClient client = await Connect();

        await Assert.ThrowsAsync<IOException>(() => RoundTrip(client));
        Assert.Equal(1, _server.Connections);
    }

    [Fact]
    public async Task Connect_BeforeTheNodeIsKnown_WaitsForIt()
    {
        await using var early = new FaultProxy(TimeProvider.System, seed: 1);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, early.Port, Stop);
        Task trip = RoundTrip(client);

        early.Upstream = _server.EndPoint.Port;

        await trip.WaitAsync(Patience, Stop);
    }

    private async Task<TcpClient> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port, Stop);
        return client;
    }

    private static Task Write(TcpClient client, byte[] bytes) => client.GetStream().WriteAsync(bytes, Stop).AsTask();

    private static async Task RoundTrip(TcpClient client)
    {
        await Write(client, [1, 2, 3]);
        byte[] received = new byte[3];
        await client.GetStream().ReadExactlyAsync(received, Stop);
        Assert.Equal([1, 2, 3], received);
    }

    private static async Task Echo(Stream stream, int number, CancellationToken cancellation)
    {
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
    }
}
