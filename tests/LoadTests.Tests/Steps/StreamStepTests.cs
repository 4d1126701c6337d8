using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Steps;
using HashBalancer.LoadTests.Targets;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Steps;

/// <summary>WebSocket and event-stream steps over real sockets.</summary>
public sealed class StreamStepTests
{
    private const string Greeting = """{"node":"node-1","key":"{key}","cached":true}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly KeyValuePair<string, string>[] KeyHeader = [KeyValuePair.Create("X-User-Id", "{key}")];

    private readonly RunClock _clock = new(TimeProvider.System);
    private readonly NodeTable _nodes = new();

    [Fact]
    public async Task WebSocket_EveryMessageEchoed_SucceedsAndCountsEach()
    {
        await using StreamServer server = await StreamServer.Start(greeting: Greeting);
        using StepContext context = Context(server.Url, Patience);
        var step = (IMessageStep)WebSocket(messages: 5).Create(context);

        StepOutcome outcome = await step.Execute(7, _clock.Now);

        Assert.Equal((FailureKind.None, 101, 0, true, 5 * 40), (outcome.Failure, outcome.Status, outcome.Node, outcome.Cached, outcome.Bytes));
        Assert.Equal("node-1", _nodes.NameOf(outcome.Node));
        Assert.Equal(5, step.Messages.Count);
    }

    [Fact]
    public async Task WebSocket_WarmUp_CountsNoMessages()
    {
        await using StreamServer server = await StreamServer.Start(greeting: Greeting);
        using StepContext context = Context(server.Url, Patience);
        context.CountsFrom = long.MaxValue;
        var step = (IMessageStep)WebSocket(messages: 5).Create(context);

        Assert.Equal(FailureKind.None, (await step.Execute(7, _clock.Now)).Failure);
        Assert.Equal(0, step.Messages.Count);
    }

    [Fact]
    public async Task WebSocket_EchoOfTheMessageBefore_IsAWrongMessage()
    {
        byte[]? first = null;
        await using StreamServer server = await StreamServer.Start((_, message) => first ??= message, Greeting);
        using StepContext context = Context(server.Url, Patience);

        Assert.Equal(FailureKind.Message, (await WebSocket(messages: 2).Create(context).Execute(7, _clock.Now)).Failure);
    }

    [Fact]
    public async Task WebSocket_ServerCloses_IsClosed()
    {
        await using StreamServer server = await StreamServer.Start((number, message) => number < 3 ? message : null, Greeting);
        using StepContext context = Context(server.Url, Patience);

        Assert.Equal(FailureKind.Closed, (await WebSocket(messages: 5).Create(context).Execute(7, _clock.Now)).Failure);
    }

    [Fact]
    public async Task WebSocket_GreetingForAnotherKey_IsAWrongKey()
    {
        await using StreamServer server = await StreamServer.Start(greeting: """{"node":"node-1","key":"user-8"}""");
        using StepContext context = Context(server.Url, Patience);

        Assert.Equal(FailureKind.WrongKey, (await WebSocket(messages: 1).Create(context).Execute(7, _clock.Now)).Failure);
    }

    [Fact]
    public async Task WebSocket_NoUpgrade_TellsTheStatus()
    {
        await using StreamServer server = await StreamServer.Start();
        using StepContext context = Context(server.Url, Patience);
        WebSocketStepDefinition step = WebSocket(messages: 1) with { Path = "/nothing" };

        StepOutcome outcome = await step.Create(context).Execute(7, _clock.Now);

        Assert.Equal((FailureKind.Status, 404), (outcome.Failure, outcome.Status));
    }

    [Fact]
    public async Task WebSocket_NobodySpeaks_TimesOut()
    {
        await using StreamServer server = await StreamServer.Start();
        using StepContext context = Context(server.Url, TimeSpan.FromMilliseconds(300));

        Assert.Equal(FailureKind.Timeout, (await WebSocket(messages: 1).Create(context).Execute(7, _clock.Now)).Failure);
    }

    [Fact]
    public async Task Events_AllCameInOrder_SucceedsAndCountsEach()
    {
        await using StreamServer server = await StreamServer.Start(events: Events(1, 2, 3));
        using StepContext context = Context(server.Url, Patience);
        var step = (IMessageStep)EventStream(3).Create(context);

        StepOutcome outcome = await step.Execute(7, _clock.Now);

        Assert.Equal((FailureKind.None, 200, 0, true), (outcome.Failure, outcome.Status, outcome.Node, outcome.Cached));
        Assert.Equal(3, step.Messages.Count);
        (step as IDisposable)?.Dispose();
    }

    [Theory]
    [InlineData(new[] { 1, 2 }, FailureKind.Message)]
    [InlineData(new[] { 1, 3, 4 }, FailureKind.Message)]
    [InlineData(new[] { 1, 2, 3, 4 }, FailureKind.None)]
    public async Task Events_GapOrEndTooSoon_IsAFailure(int[] ids, object expected)
    {
        await using StreamServer server = await StreamServer.Start(events: Events(ids));
        using StepContext context = Context(server.Url, Patience);
        IStep step = EventStream(3).Create(context);

        Assert.Equal(expected, (await step.Execute(7, _clock.Now)).Failure);
        (step as IDisposable)?.Dispose();
    }

    [Fact]
    public async Task Events_NoStream_TellsTheStatus()
    {
        await using StreamServer server = await StreamServer.Start();
        using StepContext context = Context(server.Url, Patience);
        IStep step = (EventStream(3) with { Path = "/nothing" }).Create(context);

        StepOutcome outcome = await step.Execute(7, _clock.Now);

        Assert.Equal((FailureKind.Status, 404), (outcome.Failure, outcome.Status));
        (step as IDisposable)?.Dispose();
    }

    private static string Events(params int[] ids) => string.Concat(ids.Select(id => $"id: {id}\ndata: {Greeting}\n\n"));

    private static WebSocketStepDefinition WebSocket(int messages) => new("chat", "/ws/{key}", KeyHeader, messages, 40, TimeSpan.Zero, Greeting: true, Weight: 1);

    private static EventStreamStepDefinition EventStream(int events) => new("events", "/events/{key}", KeyHeader, events, Weight: 1);

    private StepContext Context(Uri url, TimeSpan timeout) =>
        new([new Entrance(url)], _clock, _nodes, new KeyFormat("user-"), AnswerFields.Default, timeout, connections: 1);
}
