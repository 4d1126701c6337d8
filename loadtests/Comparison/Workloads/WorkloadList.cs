using System.Globalization;
using HashBalancer.Comparison.Hosts;
using HashBalancer.LoadTests.Http;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.Comparison.Workloads;

/// <summary>The workloads by name. A further one is an entry here, and what it asks of the backend in its host.</summary>
internal static class WorkloadList
{
    public const string Default = "small-get";

    /// <summary>Stands for every workload, one after another.</summary>
    public const string Everything = "all";

    private const int Usual = 64;
    private const int Keys = 10_000;
    private const int LargeAnswer = 64 * 1024;
    private const int HugeAnswer = 1024 * 1024;
    private const int PostedBytes = 16 * 1024;

    // Together 200, and few enough in each direction for every proxy's default limit on requests: Kestrel takes 100.
    private const int RequestHeaders = 95;
    private const int AnswerHeaders = 105;

    private static readonly KeyValuePair<string, string> KeyHeader = KeyValuePair.Create(Workload.HashHeader, RequestTemplate.KeyMark);

    public static readonly IReadOnlyDictionary<string, Workload> All = new Workload[]
    {
        new(Default, "GET with an answer of some 40 bytes over 64 keep-alive connections, 10,000 keys", Usual, Keys, Get("/items")),
        new("get-64k", "GET with an answer of 64 KB over 64 keep-alive connections", Usual, Keys, Get(BackendPaths.Bytes(LargeAnswer), LargeAnswer)),
        new("get-1m", "GET with an answer of 1 MB over 16 keep-alive connections", 16, Keys, Get(BackendPaths.Bytes(HugeAnswer), HugeAnswer)),
        new("post-16k", "POST of 16 KB with a small answer over 64 keep-alive connections", Usual, Keys,
            new HttpStepDefinition("post", "POST", $"/items/{RequestTemplate.KeyMark}", [KeyHeader], new string('x', PostedBytes))),
        new("headers-200", "GET with 95 headers and an answer with 105 over 64 keep-alive connections", Usual, Keys,
            Get(BackendPaths.Headers(AnswerHeaders)) with { Headers = [KeyHeader, .. Enumerable.Range(1, RequestHeaders - 1).Select(Header)] }),
        new("connections-1000", "GET with a small answer over 1,000 keep-alive connections", 1000, Keys, Get("/items")),
        new("new-connection", "GET with a small answer, a new connection for each request, 64 at once", Usual, Keys,
            Get("/items") with { Headers = [KeyHeader, KeyValuePair.Create("Connection", "close")] }),
        new("https", "GET with a small answer over 64 keep-alive connections with TLS 1.3", Usual, Keys, Get("/items"), Front.Tls),
        new("http2", "GET with a small answer over HTTP/2 with TLS, 16 connections of 10 streams, one key alone because h2load sends the same headers in all",
            16, 1, Get("/items"), Front.Http2),
    }.ToDictionary(w => w.Name, StringComparer.Ordinal);

    private static HttpStepDefinition Get(string path, long? bytes = null) =>
        new("get", "GET", $"{path}/{RequestTemplate.KeyMark}", [KeyHeader], Body: null, Bytes: bytes);

    private static KeyValuePair<string, string> Header(int number) => KeyValuePair.Create(
        string.Create(CultureInfo.InvariantCulture, $"X-Header-{number}"), string.Create(CultureInfo.InvariantCulture, $"value-{number}"));
}
