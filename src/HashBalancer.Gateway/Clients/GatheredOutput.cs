using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace HashBalancer.Gateway.Clients;

/// <summary>Lets what several streams of an HTTP/2 connection flush go out together, in one TLS record and one send.</summary>
/// <remarks>
/// The server writes streams' frames one after another and flushes after each. Here a flush fills a pipe and is over at once, as long as the client takes what
/// comes; the thread pool empties the pipe, and by the time that it does, whatever else was ready is in it too. A connection by HTTP/1.1 is left as it is:
/// it has one answer at a time. Stands inside TLS, whose handshake tells which it is.
/// </remarks>
internal sealed class GatheredOutput(TimeProvider time)
{
    /// <summary>Bytes that wait for the client before a flush waits as well.</summary>
    public const int MostWaiting = 64 * 1024;

    /// <summary>For how long a client may take to take the rest once the server is done with the connection.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public ConnectionDelegate Around(ConnectionDelegate next) =>
        connection => IsHttp2(connection) ? Serve(connection, next) : next(connection);

    /// <summary>Without TLS nothing is negotiated: such a listener speaks HTTP/2 alone.</summary>
    private static bool IsHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is not { } negotiated
            || negotiated.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span);

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        IDuplexPipe client = connection.Transport;
        var gathered = new Pipe(new PipeOptions(
            connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool, pauseWriterThreshold: MostWaiting, resumeWriterThreshold: MostWaiting / 2, useSynchronizationContext: false));
        Task emptying = Empty(gathered.Reader, client.Output);
        connection.Transport = new Sides(client.Input, gathered.Writer);
        try
        {
            await next(connection);
        }
        finally
        {
            // The server has completed it already, unless it failed.
            await gathered.Writer.CompleteAsync();
            await End(emptying, connection);
            connection.Transport = client;
        }
    }

    /// <summary>Nothing may use the connection any more once this is over: whoever stands around it disposes of it then.</summary>
    private async Task End(Task emptying, ConnectionContext connection)
    {
        try
        {
            await emptying.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            connection.Abort(new ConnectionAbortedException("The client does not take the end of what it asked for."));
            await emptying;
        }
    }

    /// <summary>Passes on what is flushed until its end, or until the client is gone; does not fail.</summary>
    private static async Task Empty(PipeReader from, PipeWriter client)
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync();
                FlushResult flushed = read.Buffer.IsEmpty ? default : await Pass(read.Buffer, client);
                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || flushed.IsCompleted || flushed.IsCanceled)
                    break;
            }
        }
#pragma warning disable CA1031 // Whatever it is, the connection is broken: the server learns of it as of a client that is gone.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failure = error;
        }

        await from.CompleteAsync();
        await client.CompleteAsync(failure);
    }

    private static ValueTask<FlushResult> Pass(in ReadOnlySequence<byte> bytes, PipeWriter client)
    {
        // Asked for in one piece: each piece becomes a record.
        int length = (int)bytes.Length;
        bytes.CopyTo(client.GetSpan(length));
        client.Advance(length);
        return client.FlushAsync();
    }

    private sealed record Sides(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
