using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Sends a request's body while the response may already come; never holds more than one piece of it.</summary>
internal static class RequestBody
{
    private const int PieceSize = 32 * 1024;

    /// <summary>Room for a chunk's length before the data and its line end after it.</summary>
    private const int SizeRoom = 10;

    private static readonly byte[] LastChunk = [.. "0\r\n\r\n"u8];

    /// <summary>Reads the body to its end and sends it.</summary>
    /// <returns>What failed, or none. A body that was stopped because the response is complete counts as failed by the node.</returns>
    public static async Task<(ForwarderError Error, Exception? Exception)> Send(PipeReader body, NodeConnection connection, bool isChunked)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            while (true)
            {
                ReadResult read;
                try
                {
                    read = await body.ReadAsync();
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
                    sent = await SendAll(read.Buffer, connection, isChunked, piece);
                    if (read.IsCompleted && isChunked)
                        await connection.Send(LastChunk);
                }
                catch (Exception error) when (error is System.Net.Sockets.SocketException or ObjectDisposedException)
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

    private static async ValueTask<SequencePosition> SendAll(ReadOnlySequence<byte> data, NodeConnection connection, bool isChunked, byte[] piece)
    {
        while (!data.IsEmpty)
        {
            int count = (int)Math.Min(data.Length, piece.Length - SizeRoom - 2);
            data.Slice(0, count).CopyTo(piece.AsSpan(SizeRoom));
            data = data.Slice(count);
            int from = SizeRoom, to = SizeRoom + count;
            if (isChunked)
            {
                from -= WriteSize(piece.AsSpan(0, SizeRoom), count);
                "\r\n"u8.CopyTo(piece.AsSpan(to));
                to += 2;
            }

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
