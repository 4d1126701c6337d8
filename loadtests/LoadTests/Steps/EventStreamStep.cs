using System.Net.ServerSentEvents;
using System.Text;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Steps;

/// <summary>Reads a stream of server-sent events: so many of them, whose ids count up without a gap where they have any.</summary>
/// <param name="Name">The step's name.</param>
/// <param name="Path">What is asked for.</param>
/// <param name="Headers">Of the request.</param>
/// <param name="Events">How many events must come.</param>
/// <param name="Weight">How often it is done relative to other steps.</param>
internal sealed record EventStreamStepDefinition(
    string Name, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, int Events, double Weight) : IStepDefinition
{
    public IStep Create(StepContext context) => new EventStreamStep(this, context);

    public static EventStreamStepDefinition Read(Section section) => new(
        section.Text("name"),
        HttpStepReader.ReadPath(section),
        HttpStepReader.ReadHeaders(section),
        (int)section.Whole("events", 1, 1_000_000, 1),
        StepKinds.ReadWeight(section));
}

/// <summary>A connection of its own for each execution; <see cref="Messages"/> counts from the event before, the first from sending the request.</summary>
internal sealed class EventStreamStep(EventStreamStepDefinition definition, StepContext context) : IMessageStep, IDisposable
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        // Each stream opens its own connection and closes it: what a browser's EventSource does.
        PooledConnectionLifetime = TimeSpan.Zero,
        UseProxy = false,
        AllowAutoRedirect = false,
    });

    public LatencyHistogram Messages { get; } = new();

    public async ValueTask<StepOutcome> Execute(long key, long begin)
    {
        Door door = context.NextDoor();
        using var timeout = new CancellationTokenSource(StepTime.Left(context, begin), context.Clock.Time);
        string keyText = context.Keys.Text(key);
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(door.Entrance.Url, definition.Path.Replace(RequestTemplate.KeyMark, keyText, StringComparison.Ordinal)));
        request.Headers.Accept.ParseAdd("text/event-stream");
        foreach ((string name, string value) in definition.Headers)
            request.Headers.TryAddWithoutValidation(name, value.Replace(RequestTemplate.KeyMark, keyText, StringComparison.Ordinal));
        long sent = context.Clock.Now;
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(request, timeout.Token);
            if ((int)response.StatusCode != 200)
                return new StepOutcome(FailureKind.Status, sent, (int)response.StatusCode, Gateway: door.Number);
            await using Stream body = await response.Content.ReadAsStreamAsync(timeout.Token);
            return await ReadEvents(body, keyText, begin, sent, door.Number, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return new StepOutcome(FailureKind.Timeout, sent, Gateway: door.Number);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            FailureKind failure = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? FailureKind.Connect : FailureKind.Closed;
            return new StepOutcome(failure, sent, Gateway: door.Number);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<StepOutcome> ReadEvents(Stream body, string key, long begin, long sent, int gateway, CancellationToken timeout)
    {
        bool counts = begin >= context.CountsFrom;
        Answer answer = Answer.Silent;
        long last = sent, bytes = 0;
        int seen = 0;
        byte[] keyBytes = Encoding.ASCII.GetBytes(key);
        SseParser<byte[]> parser = SseParser.Create(body, static (_, data) => data.ToArray());
        await foreach (SseItem<byte[]> item in parser.EnumerateAsync(timeout))
        {
            seen++;
            bytes += item.Data.Length;
            Answer told = context.Answers.Read(item.Data, keyBytes);
            if (seen == 1)
                answer = told;
            if (told.WrongKey)
                return new StepOutcome(FailureKind.WrongKey, sent, 200, answer.Node, answer.Cached, bytes, gateway);
            if (parser.LastEventId is { Length: > 0 } id && id != seen.ToString(System.Globalization.CultureInfo.InvariantCulture))
                return new StepOutcome(FailureKind.Message, sent, 200, answer.Node, answer.Cached, bytes, gateway);
            long now = context.Clock.Now;
            if (counts)
                Messages.Record(now - last);
            last = now;
            if (seen == definition.Events)
                break;
        }

        FailureKind failure = seen == definition.Events ? FailureKind.None : FailureKind.Message;
        return new StepOutcome(failure, sent, 200, answer.Node, answer.Cached, bytes, gateway);
    }
}
