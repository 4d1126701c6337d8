using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>An exchange in which nobody does anything wrong: whatever happened on connections before, it gets its own answer, byte by byte.</summary>
internal sealed class SoundExchange(Findings findings, OutcomeCounts outcomes)
{
    public async Task Run(Worker worker, long exchange)
    {
        string id = RequestIds.Of(exchange);
        worker.Sound ??= await worker.Connect();
        ClientConnection connection = worker.Sound;
        _ = await connection.Send(exchange, SoundRequests.Plain(id));
        Reception reception = await connection.Receive(answersHead: false, worker.Patience(FuzzSettings.HangLimit));
        if (reception != Reception.Whole || connection.Answer.Status != 200 || connection.Answer.End != connection.Received.Length ||
            !connection.Body.SequenceEqual(Encoding.ASCII.GetBytes(SoundResponses.PlainBody(id))))
        {
            findings.Add(exchange, $"a sound exchange was not answered as it should: {reception}", connection.Received);
        }

        outcomes.Count("sound, own answer");
        if (!connection.CanGoOn)
        {
            connection.Dispose();
            worker.Sound = null;
        }
    }
}
