using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using HashBalancer.LoadTests.Http;

namespace HashBalancer.LoadTests.Steps;

/// <summary>One HTTP/1.1 request and its answer, as the scenario file gives them.</summary>
internal sealed record HttpStepDefinition(
    string Name,
    string Method,
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    string? Body,
    int Status = 200,
    long? Bytes = null,
    double Weight = 1) : IStepDefinition
{
    public IStep Create(StepContext context) => new HttpStep(this, context);
}

/// <summary>Sends the request over a pooled connection.</summary>
internal sealed class HttpStep(HttpStepDefinition definition, StepContext context) : IStep
{
    private readonly RequestTemplate _template = new(
        definition.Method, definition.Path, context.Authority, definition.Headers, definition.Body, context.Keys);

    private readonly bool _isHead = definition.Method == "HEAD";
    private readonly long _timeout = (long)context.Timeout.TotalNanoseconds;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StepOutcome> Execute(long key, long begin)
    {
        long deadline = begin + _timeout;
        Door door = context.NextDoor();
        HttpConnection connection;
        try
        {
            connection = await door.Connections.Rent(deadline);
        }
        catch (TimeoutException)
        {
            return new StepOutcome(FailureKind.Timeout, Gateway: door.Number);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return new StepOutcome(FailureKind.Connect, Gateway: door.Number);
        }

        int length = _template.Write(key, connection.RequestBuffer(_template.MaxLength));
        long sent = context.Clock.Now;
        try
        {
            ResponseHead head = await connection.Exchange(length, _isHead, deadline);
            StepOutcome outcome = Judge(key, sent, head, connection.Body, door.Number);
            if (head.KeepAlive)
                door.Connections.Return(connection);
            else
                door.Connections.Discard(connection);
            return outcome;
        }
        catch (Exception e) when (e is SocketException or IOException or MalformedResponseException or ObjectDisposedException)
        {
            door.Connections.Discard(connection);
            FailureKind failure = connection.TimedOut ? FailureKind.Timeout
                : e is MalformedResponseException ? FailureKind.Malformed
                : FailureKind.Closed;
            return new StepOutcome(failure, sent, Gateway: door.Number);
        }
    }

    private StepOutcome Judge(long key, long sent, in ResponseHead head, BodyReader body, int gateway)
    {
        if (head.Status != definition.Status)
            return new StepOutcome(FailureKind.Status, sent, head.Status, Bytes: body.Length, Gateway: gateway);
        Answer answer = Answer.Silent;
        if (!body.Truncated)
        {
            Span<byte> text = stackalloc byte[context.Keys.MaxLength];
            answer = context.Answers.Read(body.Captured, text[..context.Keys.Write(key, text)]);
        }

        FailureKind failure = answer.WrongKey ? FailureKind.WrongKey
            : definition.Bytes is { } bytes && bytes != body.Length ? FailureKind.Length
            : FailureKind.None;
        return new StepOutcome(failure, sent, head.Status, answer.Node, answer.Cached, body.Length, gateway);
    }
}
