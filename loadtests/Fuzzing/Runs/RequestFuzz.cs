using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>Damaged requests to a node that does everything right, from clients that wait, end early, or vanish.</summary>
/// <remarks>Exchange 2n is the n-th damaged one, 2n+1 the sound one after it.</remarks>
internal sealed class RequestFuzz(FuzzSettings settings, Findings findings, OutcomeCounts outcomes) : IFuzz
{
    private const int SoundAfter = 4;

    /// <summary>Most clients wait no longer for what may never come; a few see to it that the gateway ends every exchange itself.</summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(1);

    private readonly SoundExchange _sound = new(findings, outcomes);

    private enum Client
    {
        Waits,
        Patient,
        HalfCloses,
        Closes,
        Resets,
    }

    public string Name => "requests";

    public NodeAnswer Answer(ReadOnlySpan<byte> id, bool isHead)
    {
        long exchange = RequestIds.First(id);
        byte[] answer = SoundResponses.Plain(exchange < 0 ? "nobody's" : RequestIds.Of(exchange), isHead);
        return new NodeAnswer(answer, Ending.Keep, Early: exchange % 2 == 0 && exchange / 2 % 4 == 1);
    }

    public async Task Exchange(Worker worker, long number)
    {
        long exchange = 2 * number;
        Random random = settings.RandomOf(exchange);
        byte[] request = Mutation.Of(SoundRequests.Any(RequestIds.Of(exchange), random), random);
        // Damage may leave nothing of a request: to that there is no answer to wait for.
        Client client = request.Length == 0 ? Client.Closes : ClientOf(random);
        int cut = random.Next(request.Length + 1);
        // What this client left on a connection before must not be what it waits for now.
        if (client == Client.Patient)
            Renew(worker);
        worker.Damaged ??= await worker.Connect();
        ClientConnection connection = worker.Damaged;
        bool isTaken = await connection.Send(exchange, request.AsMemory(0, cut)) && await connection.Send(exchange, request.AsMemory(cut));
        if (client is Client.Closes or Client.Resets)
        {
            if (client == Client.Resets)
                connection.Reset();
            Renew(worker);
            outcomes.Count("left by the client");
        }
        else
        {
            if (client == Client.HalfCloses && isTaken)
                connection.HalfClose();
            Reception reception = await connection.Receive(IsHead(request), worker.Patience(client == Client.Patient ? FuzzSettings.HangLimit : ShortPatience));
            Judge(connection, exchange, request, reception, client);
            if (reception != Reception.Whole || !connection.CanGoOn || client == Client.HalfCloses)
                Renew(worker);
        }

        if (number % SoundAfter == 0)
            await _sound.Run(worker, exchange + 1);
    }

    /// <summary>No request of a node's is one that the gateway did not hand over: none came out of another one's body.</summary>
    public void Check(Gateway gateway, ScriptedNode node, Findings found)
    {
        if (node.Requests > gateway.Meters.Forwards)
            found.Add(-1, $"the node saw {node.Requests} requests, but {gateway.Meters.Forwards} were forwarded");
    }

    private void Judge(ClientConnection connection, long exchange, byte[] request, Reception reception, Client client)
    {
        if (RequestIds.Foreign(connection.Received, connection.IsOwn) is >= 0 and long other)
            findings.Add(exchange, $"the answer to exchange {other}", connection.Received);
        if (reception == Reception.Late && client == Client.Patient)
            findings.Add(exchange, "no end of the answer in time to this request", request);
        // A client that sent more than one request before may take one's answer for another's: its own fault.
        if (reception == Reception.Malformed && connection.IsFresh)
            findings.Add(exchange, "a malformed answer", connection.Received);
        outcomes.Count(reception switch
        {
            Reception.Whole => $"answered {connection.Answer.Status}",
            Reception.Late => "left by the client",
            _ => reception.ToString().ToLowerInvariant(),
        });
    }

    private static void Renew(Worker worker)
    {
        worker.Damaged?.Dispose();
        worker.Damaged = null;
    }

    private static bool IsHead(ReadOnlySpan<byte> request) => request.TrimStart("\r\n"u8).StartsWith("HEAD "u8);

    private static Client ClientOf(Random random) => random.Next(256) switch
    {
        < 2 => Client.Patient,
        < 16 => Client.HalfCloses,
        < 32 => Client.Closes,
        < 48 => Client.Resets,
        _ => Client.Waits,
    };
}
