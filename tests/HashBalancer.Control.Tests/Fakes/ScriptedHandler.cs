using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace HashBalancer.Control.Tests;

/// <summary>Answers HTTP requests from a script, keeping what was asked; without a script line it waits until cancelled.</summary>
/// <param name="of">How the paths begin that the script is for. Services of a whole host ask in any order: others must not take its lines.</param>
internal sealed class ScriptedHandler(string of = "/") : HttpMessageHandler
{
    private readonly ConcurrentQueue<Func<HttpResponseMessage>> _script = new();

    public ConcurrentQueue<string> Asked { get; } = new();

    public void Reply(HttpStatusCode status, string body, ulong index = 0) => _script.Enqueue(() =>
    {
        HttpResponseMessage response = new(status) { Content = new StringContent(body, Encoding.UTF8, status == HttpStatusCode.OK ? "application/json" : "text/plain") };
        if (index > 0)
            response.Headers.Add("X-Consul-Index", $"{index}");
        response.Headers.Add("X-Consul-KnownLeader", "true");
        return response;
    });

    public void Break() => _script.Enqueue(() => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (registry:8500)"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request.RequestUri!.PathAndQuery);
        if (request.RequestUri.AbsolutePath.StartsWith(of, StringComparison.Ordinal) && _script.TryDequeue(out Func<HttpResponseMessage>? next))
            return next();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException("Never reached.");
    }
}
