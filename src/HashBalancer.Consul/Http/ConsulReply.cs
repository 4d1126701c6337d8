using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Consul;

/// <summary>An accepted answer: status, headers and the whole body in a pooled buffer. Dispose it once the body is read.</summary>
internal sealed class ConsulReply(ConsulRequest request, int status, HttpResponseMessage response, PooledBody body) : IDisposable
{
    public int Status => status;

    public ReadOnlySpan<byte> Body => body.Span;

    public QueryResult<T> Read<T>(JsonTypeInfo<T> type) => Headers(Value(type));

    public QueryResult<T> Read<T>(BodyReader<T> read)
    {
        try
        {
            return Headers(read(body.Span));
        }
        catch (JsonException e)
        {
            throw Bad($"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The body as JSON; a JSON null is as wrong as no JSON.</summary>
    public T Value<T>(JsonTypeInfo<T> type) => ValueOrNull(type) is { } value ? value : throw Bad("is null, where an answer was expected", null);

    public T? ValueOrNull<T>(JsonTypeInfo<T> type)
    {
        if (body.Span.IsEmpty)
            throw Bad("has no body", null);
        try
        {
            return JsonSerializer.Deserialize(body.Span, type);
        }
        catch (JsonException e)
        {
            throw Bad($"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A result with the headers' values around a body.</summary>
    public QueryResult<T> Headers<T>(T value) => new(value, Index(), KnownLeader(), LastContact())
    {
        ContentHash = Header("X-Consul-Contenthash"),
        Backend = Header("X-Consul-Query-Backend"),
    };

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }

    private ulong Index() => Header("X-Consul-Index") switch
    {
        null => 0,
        { } text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong index) => index,
        { } text => throw Bad($"has an X-Consul-Index that is no number: '{text}'", null),
    };

    private bool? KnownLeader() => Header("X-Consul-Knownleader") switch
    {
        null => null,
        { } text => bool.TryParse(text, out bool known) ? known : null,
    };

    private TimeSpan? LastContact() =>
        long.TryParse(Header("X-Consul-Lastcontact"), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
        && milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private string? Header(string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private ConsulBadResponseException Bad(string what, Exception? inner) =>
        new($"The answer to {request.Method} {request.Target} {what}.", request.Method.Method, request.Target, status, "", inner);
}
