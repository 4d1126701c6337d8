using System.IO.Pipelines;
using System.Text;
using HashBalancer.Gateway.Clients;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace HashBalancer.Gateway.Tests.Clients;

/// <summary>A client that takes nothing until it is read from: a flush towards it lasts until then.</summary>
public sealed class GatheredOutputTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
    private readonly DefaultConnectionContext _connection;
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GatheredOutputTests()
    {
        var transport = new Sides(_toServer.Reader, _toClient.Writer);
        _connection = new DefaultConnectionContext("1", transport, transport);
    }

    private PipeWriter Output => _connection.Transport.Output;

    [Fact]
    public async Task Flush_WhileTheClientIsBehind_IsOverAtOnceAndGoesOutWithTheOthers()
    {
        Task serving = Serve();
        await Say("a");
        ReadResult first = await _toClient.Reader.ReadAsync();
        Assert.Equal("a", Encoding.UTF8.GetString(first.Buffer));

        Assert.True(Say("b").IsCompletedSuccessfully);
        Assert.True(Say("c").IsCompletedSuccessfully);
        _toClient.Reader.AdvanceTo(first.Buffer.End);

        Assert.Equal("bc", await TakeAll());
        await EndOf(serving);
    }

    [Fact]
    public async Task Flush_WithMoreWaitingThanMayBe_WaitsForTheClient()
    {
        Task serving = Serve();
        Task<FlushResult> flush = Say(new string('x', GatheredOutput.MostWaiting));
        Assert.False(flush.IsCompleted);

        Assert.Equal(GatheredOutput.MostWaiting, (await TakeAll()).Length);

        Assert.False((await flush).IsCompleted);
        await EndOf(serving);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flush_ToAClientThatIsGone_SaysSo(bool isBroken)
    {
        Task serving = Serve();
        await _toClient.Reader.CompleteAsync(isBroken ? new IOException("broken") : null);

        await Eventually.IsTrue(async () => (await Say("a")).IsCompleted, "the server learns that the client is gone");
        await EndOf(serving);
    }

    [Fact]
    public async Task End_OfTheServer_WaitsUntilTheClientHasEverything()
    {
        Task serving = Serve();
        await Say("last");
        _served.SetResult();
        await Output.CompleteAsync();
        Assert.False(serving.IsCompleted);

        Assert.Equal("last", await TakeAll());

        await serving;
        Assert.True((await _toClient.Reader.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task End_WithAClientThatTakesNothing_AbortsTheConnection()
    {
        _connection.ConnectionClosed.Register(() => _toClient.Reader.Complete());
        Task serving = Serve();
        await Say("last");
        await Output.CompleteAsync();
        _served.SetResult();
        await Eventually.IsTrue(() => _time.PendingTimers == 1, "the end waits for the client");
        Assert.False(_connection.ConnectionClosed.IsCancellationRequested);

        _time.Advance(GatheredOutput.Patience);

        await serving;
        Assert.True(_connection.ConnectionClosed.IsCancellationRequested);
    }

    [Theory]
    [InlineData("http/1.1", false)]
    [InlineData("", false)]
    [InlineData("h2", true)]
    public async Task Connection_ByNegotiatedProtocol_IsGatheredForHttp2Alone(string protocol, bool expected)
    {
        _connection.Features.Set<ITlsApplicationProtocolFeature>(new Negotiated(Encoding.ASCII.GetBytes(protocol)));
        PipeWriter client = _connection.Transport.Output;

        Task serving = Serve();

        Assert.Equal(expected, Output != client);
        _served.SetResult();
        await serving;
        Assert.Same(client, Output);
    }

    private Task Serve() => new GatheredOutput(_time).Around(_ => _served.Task)(_connection);

    private async Task EndOf(Task serving)
    {
        _served.SetResult();
        await serving;
    }

    private Task<FlushResult> Say(string text) => Output.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    private async Task<string> TakeAll()
    {
        ReadResult read = await _toClient.Reader.ReadAsync();
        string taken = Encoding.UTF8.GetString(read.Buffer);
        _toClient.Reader.AdvanceTo(read.Buffer.End);
        return taken;
    }

    private sealed record Sides(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed record Negotiated(ReadOnlyMemory<byte> ApplicationProtocol) : ITlsApplicationProtocolFeature;
}
