using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HashBalancer.Registry.Tests;

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(int Status, JsonObject Headers, string BodyKind, JsonNode? Body)
{
    public JsonObject ToJson() => new()
    {
        ["status"] = Status,
        ["headers"] = Headers.DeepClone(),
        ["body_kind"] = BodyKind,
        ["body"] = Body?.DeepClone(),
    };
}

/// <summary>Sends requests exactly as written, paths included.</summary>
internal sealed class RawClient(Uri address) : IDisposable
{
    private static readonly HashSet<string> Uncompared =
        new(["Date", "Content-Length", "Transfer-Encoding", "Connection", "Server", "Keep-Alive"], StringComparer.OrdinalIgnoreCase);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(200),
    };

    public async Task<RawAnswer> SendAsync(string method, string path, JsonObject? headers, byte[]? body)
    {
        var uri = new Uri(
            address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null || method is "PUT" or "POST")
            request.Content = new ByteArrayContent(body ?? []);
        foreach ((string name, JsonNode? value) in headers ?? [])
        {
            if (!request.Headers.TryAddWithoutValidation(name, value!.GetValue<string>()))
                request.Content?.Headers.TryAddWithoutValidation(name, value.GetValue<string>());
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        var seen = new JsonObject();
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!Uncompared.Contains(name))
                seen[name] = string.Join(", ", values);
        }

        byte[] raw = await response.Content.ReadAsByteArrayAsync();
        if (raw.Length == 0)
            return new RawAnswer((int)response.StatusCode, seen, "none", null);
        string text = Encoding.UTF8.GetString(raw);
        if (seen["Content-Type"]?.GetValue<string>().Contains("json", StringComparison.Ordinal) == true)
        {
            try
            {
                return new RawAnswer((int)response.StatusCode, seen, "json", JsonNode.Parse(text));
            }
            catch (JsonException)
            {
                // Said to be JSON and is not: compared as text.
            }
        }

        return new RawAnswer((int)response.StatusCode, seen, "text", JsonValue.Create(text));
    }

    public void Dispose() => _client.Dispose();
}
