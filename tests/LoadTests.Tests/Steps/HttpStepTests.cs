using System.Net;
using System.Net.Sockets;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Targets;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Steps;

public sealed class HttpStepTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{\"node\":\"a\",\"key\":\"user-7\"}\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RunClock _clock = new(TimeProvider.System);

    [Fact]
    public async Task Execute_Answer_IsJudgedAndTheConnectionIsUsedAgain()
    {
        await using var server = new ScriptedServer((stream, _, stop) => ScriptedServer.Repeat(stream, Ok, stop));
        using StepContext context = Context(server.Url, Patience);
        IStep step = Step(context);

        for (int i = 0; i < 3; i++)
        {
            StepOutcome outcome = await step.Execute(7, _clock.Now);
            Assert.Equal((FailureKind.None, 200, 0, 28L), (outcome.Failure, outcome.Status, outcome.Node, outcome.Bytes));
            Assert.True(outcome.Sent >= 0);
        }

        Assert.Equal((1, 1), (server.Connections, context.Doors[0].Connections.Opened));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"key\":\"user-8\"}", FailureKind.WrongKey, 200)]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}", FailureKind.Status, 503)]
    [InlineData("SSH-2.0-x\r\n\r\n", FailureKind.Malformed, 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", FailureKind.Malformed, 0)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", FailureKind.Closed, 0)]
    [InlineData("HTTP/1.1 200 OK\r\nConte", FailureKind.Closed, 0)]
    [InlineData("", FailureKind.Closed, 0)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the close", FailureKind.None, 200)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", FailureKind.None, 200)]
    public async Task Execute_OneAnswerThenClose_IsToldByKind(string answer, object failure, int status)
    {
        await using var server = new ScriptedServer(async (stream, _, stop) =>
        {
            await ScriptedServer.ReadHead(stream, stop);
            await ScriptedServer.Write(stream, answer, stop);
        });
        using StepContext context = Context(server.Url, Patience);

        StepOutcome outcome = await Step(context).Execute(7, _clock.Now);

        Assert.Equal(((FailureKind)failure, status), (outcome.Failure, outcome.Status));
    }

    [Fact]
    public async Task Execute_NoAnswer_TimesOutAndTheConnectionIsNotUsedAgain()
    {
        await using var server = new ScriptedServer(async (stream, _, stop) =>
        {
            await ScriptedServer.ReadHead(stream, stop);
            await ScriptedServer.ReadHead(stream, stop);
        });
        using StepContext context = Context(server.Url, TimeSpan.FromMilliseconds(200), connections: 1);

        StepOutcome outcome = await Step(context).Execute(7, _clock.Now);
        await context.Doors[0].Connections.Rent(_clock.Now + (long)Patience.TotalNanoseconds);

        Assert.Equal((FailureKind.Timeout, 2), (outcome.Failure, context.Doors[0].Connections.Opened));
        Assert.NotEqual(StepOutcome.NeverSent, outcome.Sent);
    }

    [Fact]
    public async Task Execute_NoFreeConnectionInTime_TimesOutUnsent()
    {
        await using var server = new ScriptedServer(async (stream, _, stop) =>
        {
            await ScriptedServer.ReadHead(stream, stop);
            await ScriptedServer.ReadHead(stream, stop);
        });
        using StepContext context = Context(server.Url, TimeSpan.FromMilliseconds(300), connections: 1);
        IStep step = Step(context);
        Task<StepOutcome> holder = step.Execute(1, _clock.Now + 10_000_000_000).AsTask();

        StepOutcome outcome = await step.Execute(2, _clock.Now);

        Assert.Equal((FailureKind.Timeout, StepOutcome.NeverSent), (outcome.Failure, outcome.Sent));
        Assert.False(holder.IsCompleted);
    }

    [Fact]
    public async Task Execute_NobodyListens_FailsToConnect()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using StepContext context = Context(new Uri($"http://127.0.0.1:{port}"), Patience);

        StepOutcome outcome = await Step(context).Execute(7, _clock.Now);

        Assert.Equal((FailureKind.Connect, StepOutcome.NeverSent), (outcome.Failure, outcome.Sent));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public async Task Execute_ServerWillClose_NextRequestOpensAnother(string answer)
    {
        await using var server = new ScriptedServer((stream, _, stop) => ScriptedServer.Repeat(stream, answer, stop));
        using StepContext context = Context(server.Url, Patience, connections: 1);
        IStep step = Step(context);

        for (int i = 0; i < 3; i++)
            Assert.Equal(FailureKind.None, (await step.Execute(7, _clock.Now)).Failure);

        Assert.Equal(3, context.Doors[0].Connections.Opened);
    }

    [Fact]
    public async Task Execute_RequestOnTheWire_IsTheScenarios()
    {
        var heads = new List<string>();
        await using var server = new ScriptedServer(async (stream, _, stop) =>
        {
            heads.Add(await ScriptedServer.ReadHead(stream, stop));
            await ScriptedServer.Write(stream, Ok, stop);
        });
        using StepContext context = Context(server.Url, Patience);

        await Step(context).Execute(7, _clock.Now);

        Assert.Equal([$"GET /items/user-7 HTTP/1.1\r\nHost: {server.EndPoint}\r\nX-User-Id: user-7\r\n\r\n"], heads);
    }

    [Fact]
    public async Task OpenAll_Size_OpensThatManyAndKeepsThem()
    {
        await using var server = new ScriptedServer((stream, _, stop) => ScriptedServer.Repeat(stream, Ok, stop));
        using StepContext context = Context(server.Url, Patience, connections: 5);

        await context.Doors[0].Connections.OpenAll(Patience, CancellationToken.None);
        await Step(context).Execute(7, _clock.Now);

        Assert.Equal(5, context.Doors[0].Connections.Opened);
    }

    private static IStep Step(StepContext context) => new HttpStepDefinition(
        "get", "GET", "/items/{key}", [KeyValuePair.Create("X-User-Id", "{key}")], Body: null).Create(context);

    private StepContext Context(Uri url, TimeSpan timeout, int connections = 2) =>
        new([new Entrance(url)], _clock, new NodeTable(), new KeyFormat("user-"), AnswerFields.Default, timeout, connections);
}
