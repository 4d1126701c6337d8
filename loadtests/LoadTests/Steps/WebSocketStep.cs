using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Steps;

/// <summary>
/// Opens a WebSocket, reads the server's greeting, sends messages one after another and waits for the echo of each, and closes.
/// </summary>
/// <param name="Name">The step's name.</param>
/// <param name="Path">Where it is opened.</param>
/// <param name="Headers">Of the handshake.</param>
/// <param name="Messages">How many messages.</param>
/// <param name="Size">Bytes of each.</param>
/// <param name="Every">The pause between an echo and the next message.</param>
/// <param name="Greeting">Whether the server speaks first, with JSON as an answer's.</param>
/// <param name="Weight">How often it is done relative to other steps.</param>
internal sealed record WebSocketStepDefinition(
    string Name, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, int Messages, int Size, TimeSpan Every, bool Greeting, double Weight) : IStepDefinition
{
    public IStep Create(StepContext context) => new WebSocketStep(this, context);

    public static WebSocketStepDefinition Read(Section section) => new(
        section.Text("name"),
        HttpStepReader.ReadPath(section),
        HttpStepReader.ReadHeaders(section),
        (int)section.Whole("messages", 1, 1_000_000, 1),
        (int)section.Whole("size", 1, 64 * 1024, 32),
        section.Duration("every", TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.Zero),
        section.Flag("greeting", fallback: true),
        StepKinds.ReadWeight(section));
}

/// <summary>A connection of its own for each execution; <see cref="Messages"/> counts from sending a message to the end of its echo.</summary>
internal sealed class WebSocketStep(WebSocketStepDefinition definition, StepContext context) : IMessageStep
{
    private const int LongestMessage = 64 * 1024;

    public LatencyHistogram Messages { get; } = new();

    public async ValueTask<StepOutcome> Execute(long key, long begin)
    {
        Door door = context.NextDoor();
        using var timeout = new CancellationTokenSource(StepTime.Left(context, begin), context.Clock.Time);
        using var socket = new ClientWebSocket();
        string keyText = context.Keys.Text(key);
        foreach ((string name, string value) in definition.Headers)
            socket.Options.SetRequestHeader(name, value.Replace(RequestTemplate.KeyMark, keyText, StringComparison.Ordinal));
        socket.Options.CollectHttpResponseDetails = true;
        string scheme = door.Entrance.Url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        var url = new Uri($"{scheme}://{door.Entrance.Url.Authority}{definition.Path.Replace(RequestTemplate.KeyMark, keyText, StringComparison.Ordinal)}");
        long sent = context.Clock.Now;
        try
        {
            await socket.ConnectAsync(url, timeout.Token);
            return await Converse(socket, key, begin, sent, door.Number, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return new StepOutcome(FailureKind.Timeout, sent, Gateway: door.Number);
        }
        catch (WebSocketException e)
        {
            int status = (int)socket.HttpStatusCode;
            FailureKind failure = e.WebSocketErrorCode != WebSocketError.NotAWebSocket && status is 0 ? FailureKind.Connect
                : status is not 0 and not 101 ? FailureKind.Status
                : FailureKind.Closed;
            return new StepOutcome(failure, sent, Math.Clamp(status, 0, 999), Gateway: door.Number);
        }
    }

    private async Task<StepOutcome> Converse(ClientWebSocket socket, long key, long begin, long sent, int gateway, CancellationToken timeout)
    {
        const int SwitchingProtocols = 101;
        bool counts = begin >= context.CountsFrom;
        byte[] received = new byte[LongestMessage];
        Answer answer = Answer.Silent;
        if (definition.Greeting)
        {
            int length = await Receive(socket, received, timeout);
            answer = context.Answers.Read(received.AsSpan(0, Math.Max(0, length)), Encoding.ASCII.GetBytes(context.Keys.Text(key)));
            if (length < 0 || answer.WrongKey)
                return new StepOutcome(length < 0 ? FailureKind.Closed : FailureKind.WrongKey, sent, SwitchingProtocols, Gateway: gateway);
        }

        byte[] message = new byte[definition.Size];
        long bytes = 0;
        for (int i = 0; i < definition.Messages; i++)
        {
            if (i > 0 && definition.Every > TimeSpan.Zero)
                await Task.Delay(definition.Every, context.Clock.Time, timeout);
            Fill(message, key, i);
            long at = context.Clock.Now;
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, timeout);
            int length = await Receive(socket, received, timeout);
            if (length < 0 || !received.AsSpan(0, length).SequenceEqual(message))
                return new StepOutcome(length < 0 ? FailureKind.Closed : FailureKind.Message, sent, SwitchingProtocols, answer.Node, answer.Cached, bytes, gateway);
            bytes += length;
            if (counts)
                Messages.Record(context.Clock.Now - at);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, timeout);
        return new StepOutcome(FailureKind.None, sent, SwitchingProtocols, answer.Node, answer.Cached, bytes, gateway);
    }

    // The message's length; -1 when the server closed.
    private static async Task<int> Receive(ClientWebSocket socket, byte[] buffer, CancellationToken timeout)
    {
        int filled = 0;
        while (true)
        {
            ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(filled), timeout);
            filled += result.Count;
            if (result.MessageType == WebSocketMessageType.Close)
                return -1;
            if (result.EndOfMessage)
                return filled;
        }
    }

    // Each message is another one, so that an echo of the one before it is noticed.
    private static void Fill(byte[] message, long key, int number)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{key}.{number}.");
        for (int i = 0; i < message.Length; i++)
            message[i] = (byte)text[i % text.Length];
    }
}
