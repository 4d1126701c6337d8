using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Passes a response's body on while it comes; never holds more than one piece of it.</summary>
internal static class ResponseBody
{
    /// <summary>What is written before the head is kept aside by the server and copied behind it; so much, because it is then all sent in one piece.</summary>
    public const int LargestKeptAside = 2 * 1024;

    /// <summary>Reads the body to its end and gives it to the client.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="connection">The node's, whose response's head has been passed on.</param>
    /// <param name="trailers">How the node's trailers go on: with <see cref="TrailerForm.Chunks"/> the body is framed here, otherwise by the server.</param>
    public static async ValueTask<(ForwarderError Error, Exception? Exception)> Pass(HttpContext context, NodeConnection connection, TrailerForm trailers)
    {
        ResponseHead head = connection.Response;
        if (head.Framing == BodyFraming.None)
            return default;
        PipeWriter client = context.Response.BodyWriter;
        long left = head.Framing == BodyFraming.Length ? head.Length : long.MaxValue;
        var chunks = new ChunkedBody();
        bool hasFlushed = false, hasWritten = false;
        try
        {
            // A chunked body may be malformed from its beginning: then there is an answer to give in place of it.
            if (connection.Received.Length > LargestKeptAside && head.Framing != BodyFraming.Chunked && !context.Response.HasStarted)
                await context.Response.StartAsync();
            while (true)
            {
                // Small responses come whole: they are written with their head when the request ends, in one piece.
                if (!TryWrite(context.Response, connection, trailers, ref left, ref chunks, ref hasWritten))
                {
                    // What was written cannot be taken back: an error's own answer would follow it. Out with it, so that the response counts as begun.
                    if (hasWritten && !hasFlushed)
                        await client.FlushAsync();
                    return (ForwarderError.ResponseBodyDestination, new HttpRequestException(HttpRequestError.InvalidResponse, "The node's response has a malformed body."));
                }

                bool isWhole = left == 0 || chunks.IsDone;
                if (isWhole && !hasFlushed)
                    return default;
                // Once the head is out, the server sends nothing more by itself when the request ends.
                FlushResult flushed = await client.FlushAsync();
                if (flushed.IsCompleted || flushed.IsCanceled)
                    return (ForwarderError.ResponseBodyClient, null);
                if (isWhole)
                    return default;
                hasFlushed = true;
                connection.Widen();
                if (await connection.Receive() == 0)
                {
                    return head.Framing == BodyFraming.UntilClose
                        ? default
                        : (ForwarderError.ResponseBodyDestination, new HttpRequestException(HttpRequestError.ResponseEnded, "The node closed within its response."));
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            return (connection.GivenUp != GivenUp.No ? ForwarderError.ResponseBodyCanceled
                : error is SocketException ? ForwarderError.ResponseBodyDestination
                : ForwarderError.ResponseBodyClient, error);
        }
    }

    /// <summary>Writes what was received of the body; false when it is malformed.</summary>
    private static bool TryWrite(
        HttpResponse response, NodeConnection connection, TrailerForm trailers, ref long left, ref ChunkedBody chunks, ref bool hasWritten)
    {
        PipeWriter client = response.BodyWriter;
        if (connection.Response.Framing != BodyFraming.Chunked)
        {
            int count = (int)Math.Min(left, connection.Received.Length);
            WriteWhole(client, connection.Received[..count]);
            connection.Start += count;
            left -= count;
            return true;
        }

        while (!chunks.IsDone)
        {
            bool wasInTrailers = chunks.IsInTrailers;
            if (!chunks.TryTake(connection.Received, out int used, out ReadOnlySpan<byte> data))
                return false;
            if (used == 0)
                return true;
            if (connection.Response.Status == StatusCodes.Status205ResetContent && !data.IsEmpty)
                return false;
            if (trailers == TrailerForm.Fields && wasInTrailers && !chunks.IsDone)
                Trailers.Append(response, connection.Received[..used]);
            else if (trailers == TrailerForm.Chunks)
                hasWritten |= WriteFramed(client, connection.Received[..used], data, wasInTrailers, in chunks);
            else
                WriteWhole(client, data);
            hasWritten |= !data.IsEmpty;
            connection.Start += used;
        }

        return true;
    }

    /// <summary>Writes into memory of the size that is needed: without one it comes in small pieces, each sent by a call of its own.</summary>
    public static void WriteWhole(PipeWriter client, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        bytes.CopyTo(client.GetSpan(bytes.Length));
        client.Advance(bytes.Length);
    }

    /// <summary>Writes what was taken of a chunked body in chunks; returns whether that was anything.</summary>
    private static bool WriteFramed(PipeWriter client, ReadOnlySpan<byte> taken, ReadOnlySpan<byte> data, bool wasInTrailers, in ChunkedBody chunks)
    {
        if (!data.IsEmpty)
            Trailers.WriteChunk(client, data);
        else if (chunks.IsDone)
            client.Write("\r\n"u8);
        else if (wasInTrailers)
            Trailers.WriteLine(client, taken);
        else if (chunks.IsInTrailers)
            client.Write("0\r\n"u8);
        else
            return false;
        return true;
    }
}
