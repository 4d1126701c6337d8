using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Sends a request's body while the response may already come; never holds more than one piece of it.</summary>
internal static class RequestBody
{
    private const int PieceSize = 32 * 1024;

    /// <summary>With less than this at hand, what may have come meanwhile is waited for, for one turn of the thread pool; not on an event loop's
    /// thread, where nobody else receives.</summary>
    private const int Batch = 16 * 1024;

    /// <summary>Room for a chunk's length before the data and its line end after it.</summary>
    private const int SizeRoom = 10;

    private static readonly byte[] LastChunk = [.. "0\r\n\r\n"u8];

    /// <summary>Reads the body to its end and sends it behind the head.</summary>
    /// <param name="head">The request's, or what of it has not been sent.</param>
    /// <param name="context">The client's request; without a length its body goes in chunks, and its trailers after it.</param>
    /// <param name="connection">The node's.</param>
    /// <param name="transforms">What becomes of trailers.</param>
    /// <returns>What failed, or none. A body that was stopped because the response is complete counts as failed by the node.</returns>
    public static async Task<(ForwarderError Error, Exception? Exception)> Send(
        ReadOnlyMemory<byte> head, HttpContext context, NodeConnection connection, RouteTransforms transforms)
    {
        PipeReader body = context.Request.BodyReader;
        bool isChunked = context.Request.ContentLength is null;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            while (true)
            {
                ReadResult read;
                try
                {
                    // A head whose body does not come with it goes ahead: the node may answer or refuse before.
                    if (!body.TryRead(out read))
                    {
                        await SendAhead(head, connection);
                        head = default;
                        read = await body.ReadAsync();
                    }

                    if (read is { IsCompleted: false, IsCanceled: false, Buffer.Length: < Batch } && !EpollTransport.IsLoop)
                        read = await ReadMore(body, read);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    return (ForwarderError.RequestBodyDestination, error);
                }
                catch (Exception error) when (error is IOException or ConnectionAbortedException or OperationCanceledException or InvalidOperationException)
                {
                    // The node must not take what it has for the whole.
                    connection.Abort(GivenUp.Canceled);
                    return (ForwarderError.RequestBodyClient, error);
                }

                if (read.IsCanceled)
                {
                    body.AdvanceTo(read.Buffer.Start);
                    return (ForwarderError.RequestBodyDestination, null);
                }

                SequencePosition sent = read.Buffer.Start;
                try
                {
                    sent = await SendAll(head, read.Buffer, connection, isChunked, piece);
                    head = default;
                    if (read.IsCompleted && isChunked)
                        await connection.Send(Trailers.EndOf(context, transforms) ?? LastChunk);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    return (ForwarderError.RequestBodyDestination, error);
                }
                finally
                {
                    body.AdvanceTo(sent);
                }

                if (read.IsCompleted)
                    return (ForwarderError.None, null);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static ValueTask SendAhead(ReadOnlyMemory<byte> head, NodeConnection connection) => head.IsEmpty ? default : connection.Send(head);

    /// <summary>Lets the thread that receives the body receive what has come meanwhile: the server hands it over in pieces of 4 KB at most, and
    /// each would be a system call of its own towards the node.</summary>
    private static async ValueTask<ReadResult> ReadMore(PipeReader body, ReadResult read)
    {
        body.AdvanceTo(read.Buffer.Start);
        await Task.Yield();
        return await body.ReadAsync();
    }

    private static async ValueTask<SequencePosition> SendAll(
        ReadOnlyMemory<byte> head, ReadOnlySequence<byte> data, NodeConnection connection, bool isChunked, byte[] piece)
    {
        if (data.IsEmpty || head.Length > piece.Length / 2)
        {
            await SendAhead(head, connection);
            head = default;
        }

        while (!data.IsEmpty)
        {
            int from = head.Length + SizeRoom;
            int count = (int)Math.Min(data.Length, piece.Length - from - 2);
            int to = from + count;
            data.Slice(0, count).CopyTo(piece.AsSpan(from));
            data = data.Slice(count);
            if (isChunked)
            {
                from -= WriteSize(piece.AsSpan(0, from), count);
                "\r\n"u8.CopyTo(piece.AsSpan(to));
                to += 2;
            }

            from -= head.Length;
            head.Span.CopyTo(piece.AsSpan(from));
            head = default;
            await connection.Send(piece.AsMemory(from, to - from));
        }

        return data.End;
    }

    /// <summary>Writes a chunk's size and line end before the data that begins at the end of the room; returns how much of it that takes.</summary>
    private static int WriteSize(Span<byte> room, int count)
    {
        Span<byte> digits = stackalloc byte[SizeRoom - 2];
        _ = count.TryFormat(digits, out int length, "x", CultureInfo.InvariantCulture);
        digits[..length].CopyTo(room[^(length + 2)..]);
        "\r\n"u8.CopyTo(room[^2..]);
        return length + 2;
    }
}
