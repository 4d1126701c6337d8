using System.Text.Json.Serialization.Metadata;

namespace HashBalancer.Consul;

/// <summary>The forms that most calls have.</summary>
internal static class TransportCalls
{
    /// <summary>A read whose body is JSON.</summary>
    public static async Task<QueryResult<T>> QueryAsync<T>(
        this ConsulTransport transport, ConsulRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using ConsulReply reply = await transport.SendAsync(request, cancellation);
        return reply.Read(type);
    }

    /// <summary>A read whose body the caller reads.</summary>
    public static async Task<QueryResult<T>> QueryAsync<T>(
        this ConsulTransport transport, ConsulRequest request, BodyReader<T> read, CancellationToken cancellation)
    {
        using ConsulReply reply = await transport.SendAsync(request, cancellation);
        return reply.Read(read);
    }

    /// <summary>A call whose body is JSON and whose headers say nothing.</summary>
    public static async Task<T> CallAsync<T>(
        this ConsulTransport transport, ConsulRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using ConsulReply reply = await transport.SendAsync(request, cancellation);
        return reply.Value(type);
    }

    /// <summary>A call that answers nothing but success.</summary>
    public static async Task CallAsync(this ConsulTransport transport, ConsulRequest request, CancellationToken cancellation)
    {
        using ConsulReply reply = await transport.SendAsync(request, cancellation);
    }
}
