using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>Sound requests to a node that answers with damaged responses.</summary>
/// <remarks>Exchange 2n is the n-th damaged one, 2n+1 the sound one after it.</remarks>
internal sealed class ResponseFuzz(FuzzSettings settings, Findings findings, OutcomeCounts outcomes) : IFuzz
{
    /// <summary>How many damaged exchanges there are for each sound one.</summary>
    public const int SoundAfter = 4;

    /// <summary>Of requests that have one.</summary>
    public const string Body = "body";

    private readonly SoundExchange _sound = new(findings, outcomes);

    public string Name => "responses";

    public NodeAnswer Answer(ReadOnlySpan<byte> id, bool isHead)
    {
        long exchange = RequestIds.First(id);
        if (exchange < 0)
        {
            findings.Add(-1, "a request lost its id on the way", id);
            return new NodeAnswer([], Ending.Close);
        }

        string text = RequestIds.Of(exchange);
        if (exchange % 2 == 1)
            return new NodeAnswer(SoundResponses.Plain(text), Ending.Keep);
        Random random = settings.RandomOf(exchange);
        _ = MethodOf(random);
        byte[] bytes = Mutation.Of(SoundResponses.Any(text, isHead, random), random);
        // A node that keeps a connection open after too little shows as a timeout, which costs the run that long.
        Ending ending = random.Next(16) switch
        {
            0 => Ending.Keep,
            < 15 => Ending.Close,
            _ => Ending.Reset,
        };
        return new NodeAnswer(bytes, ending);
    }

    /// <summary>The method of an exchange's request.</summary>
    public static string MethodOf(FuzzSettings settings, long exchange) => MethodOf(settings.RandomOf(exchange));

    public async Task Exchange(Worker worker, long number)
    {
        long exchange = 2 * number;
        string method = MethodOf(settings, exchange);
        worker.Damaged ??= await worker.Connect();
        ClientConnection connection = worker.Damaged;
        _ = await connection.Send(exchange, SoundRequests.Plain(RequestIds.Of(exchange), method, method is "POST" or "PUT" ? Body : ""));
        Reception reception = await connection.Receive(method == "HEAD", worker.Patience(FuzzSettings.HangLimit));
        Judge(connection, exchange, reception);
        if (reception != Reception.Whole || !connection.CanGoOn)
        {
            connection.Dispose();
            worker.Damaged = null;
        }

        if (number % SoundAfter == 0)
            await _sound.Run(worker, exchange + 1);
    }

    public void Check(Gateway gateway, ScriptedNode node, Findings found) { }

    private void Judge(ClientConnection connection, long exchange, Reception reception)
    {
        if (reception == Reception.Late)
            findings.Add(exchange, "no end of the answer in time", connection.Received);
        if (reception == Reception.Malformed)
            findings.Add(exchange, "a malformed answer", connection.Received);
        if (reception == Reception.Whole && connection.Answer.End != connection.Received.Length)
            findings.Add(exchange, "bytes after the answer", connection.Received);
        if (RequestIds.Foreign(connection.Received, id => id == exchange) is >= 0 and long other)
            findings.Add(exchange, $"the answer to exchange {other}", connection.Received);
        outcomes.Count(reception == Reception.Whole ? $"answered {connection.Answer.Status / 100}xx{Gateways(connection)}" : reception.ToString().ToLowerInvariant());
    }

    /// <summary>The gateway's own answers are problems in JSON, which no shape here is.</summary>
    private static string Gateways(ClientConnection connection) => connection.Received.IndexOf("application/problem+json"u8) >= 0 ? " by the gateway" : "";

    private static string MethodOf(Random random) => random.Next(8) switch
    {
        0 => "HEAD",
        1 => "POST",
        2 => "PUT",
        _ => "GET",
    };
}
