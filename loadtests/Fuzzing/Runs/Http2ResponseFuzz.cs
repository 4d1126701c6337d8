using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>Sound requests by HTTP/2 to a node that answers with damaged responses; the sound exchanges are streams of the same connection, at the same time.</summary>
internal sealed class Http2ResponseFuzz(FuzzSettings settings, Findings findings, OutcomeCounts outcomes) : IFuzz
{
    /// <summary>What the gateway ends a stream with whose response broke off (RFC 9113 section 7).</summary>
    private const long InternalError = 2;

    private readonly ResponseFuzz _node = new(settings, findings, outcomes);

    public string Name => "responses to clients by HTTP/2";

    public NodeAnswer Answer(ReadOnlySpan<byte> id, bool isHead) => _node.Answer(id, isHead);

    public async Task Exchange(Worker worker, long number)
    {
        long exchange = 2 * number;
        CancellationToken patience = worker.Patience(FuzzSettings.HangLimit);
        Task sound = number % ResponseFuzz.SoundAfter == 0 ? Sound(worker, exchange + 1, patience) : Task.CompletedTask;
        await Damaged(worker, exchange, patience);
        await sound;
    }

    public void Check(Gateway gateway, ScriptedNode node, Findings found) { }

    private static HttpRequestMessage Request(Worker worker, string method, long exchange)
    {
        string id = RequestIds.Of(exchange);
        return new HttpRequestMessage(new HttpMethod(method), new Uri($"/items/{id}", UriKind.Relative))
        {
            Version = worker.Http2.DefaultRequestVersion,
            VersionPolicy = worker.Http2.DefaultVersionPolicy,
            Headers = { { SoundRequests.IdField, id } },
            Content = method is "POST" or "PUT" ? new StringContent(ResponseFuzz.Body) : null,
        };
    }

    private async Task Damaged(Worker worker, long exchange, CancellationToken patience)
    {
        using HttpRequestMessage request = Request(worker, ResponseFuzz.MethodOf(settings, exchange), exchange);
        try
        {
            using HttpResponseMessage response = await worker.Http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience);
            // Piece by piece: a client that keeps a body whole refuses a length of gigabytes, before it ends too early.
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience), Encoding.Latin1);
            string body = await reader.ReadToEndAsync(patience);
            byte[] received = Encoding.Latin1.GetBytes($"{response.Headers}{response.Content.Headers}{body}{response.TrailingHeaders}");
            if (RequestIds.Foreign(received, id => id == exchange) is >= 0 and long other)
                findings.Add(exchange, $"the answer to exchange {other}", received);
            bool isGateways = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
            outcomes.Count($"answered {(int)response.StatusCode / 100}xx{(isGateways ? " by the gateway" : "")}");
        }
        catch (Exception broken) when (IsReset(broken))
        {
            outcomes.Count("reset");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            findings.Add(exchange, $"a malformed answer: {broken}");
        }
        catch (OperationCanceledException)
        {
            findings.Add(exchange, "no end of the answer in time");
        }
    }

    private async Task Sound(Worker worker, long exchange, CancellationToken patience)
    {
        using HttpRequestMessage request = Request(worker, "GET", exchange);
        try
        {
            using HttpResponseMessage response = await worker.Http2.SendAsync(request, patience);
            string body = await response.Content.ReadAsStringAsync(patience);
            if ((int)response.StatusCode != 200 || body != SoundResponses.PlainBody(RequestIds.Of(exchange)))
                findings.Add(exchange, $"a sound exchange was answered {(int)response.StatusCode} {body}");
            outcomes.Count("sound, own answer");
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            findings.Add(exchange, $"a sound exchange was not answered: {error}");
        }
    }

    /// <summary>Whether the gateway ended the stream; anything else that a client refuses is the gateway's fault.</summary>
    private static bool IsReset(Exception broken)
    {
        for (Exception? cause = broken; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException { ErrorCode: InternalError })
                return true;
        }

        return false;
    }
}
