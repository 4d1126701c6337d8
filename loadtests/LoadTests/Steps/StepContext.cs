using System.Net;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Steps;

/// <summary>What the steps of one run share.</summary>
internal sealed class StepContext(
    Uri url, RunClock clock, NodeTable nodes, KeyFormat keys, AnswerFields answer, TimeSpan timeout, int connections) : IDisposable
{
    public Uri Url { get; } = url;

    public RunClock Clock { get; } = clock;

    public KeyFormat Keys { get; } = keys;

    public TimeSpan Timeout { get; } = timeout;

    public AnswerReader Answers { get; } = new(answer, nodes);

    public ConnectionPool Connections { get; } = new(EndPointOf(url), connections, clock, url.Scheme == Uri.UriSchemeHttps);

    public void Dispose() => Connections.Dispose();

    private static EndPoint EndPointOf(Uri url) =>
        IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address)
            ? new IPEndPoint(address, url.Port)
            : new DnsEndPoint(url.Host, url.Port);
}
