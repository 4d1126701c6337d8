using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>A connection whose both ends have gone over to another protocol: bytes both ways, as they come, until one end closes.</summary>
/// <remarks>The connection's own limit of time without activity holds, and so does whatever gives the request up.</remarks>
internal static class Tunnel
{
    private const int PieceSize = 16 * 1024;

    /// <summary>Goes over to the other protocol with the client, whose response's head is ready, and carries bytes until an end closes.</summary>
    public static async ValueTask<ForwarderError> Run(HttpContext context, NodeConnection connection)
    {
        connection.IsResponding = true;
        Stream client;
        try
        {
            client = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        }
        catch (Exception refused) when (refused is InvalidOperationException or IOException or OperationCanceledException)
        {
            // Mostly the server's limit of upgraded connections.
            connection.Dispose();
            return ForwardError.Report(context, ForwarderError.UpgradeResponseClient, refused, StatusCodes.Status503ServiceUnavailable);
        }

        // As with YARP: a limit for requests says nothing of tunnels.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        using var over = new CancellationTokenSource();
        Task<(ForwarderError Error, Exception? Exception)> up = FromClient(client, connection, over.Token);
        Task<(ForwarderError Error, Exception? Exception)> down = ToClient(client, connection);
        Task<(ForwarderError Error, Exception? Exception)> first = await Task.WhenAny(up, down);
        GivenUp why = connection.GivenUp;
        connection.Dispose();
        await over.CancelAsync();
        await Task.WhenAll(up, down);

        (ForwarderError error, Exception? cause) = await first;
        if (error == ForwarderError.None)
            return error;
        return ForwardError.Report(context, why == GivenUp.TimedOut ? ForwarderError.UpgradeActivityTimeout : error, cause, StatusCodes.Status502BadGateway);
    }

    private static async Task<(ForwarderError Error, Exception? Exception)> FromClient(Stream client, NodeConnection connection, CancellationToken over)
    {
        while (true)
        {
            byte[] piece = [];
            try
            {
                int count;
                try
                {
                    // Most tunnels are silent most of the time: memory is taken when there is something to read.
                    _ = await client.ReadAsync(Memory<byte>.Empty, over);
                    piece = ArrayPool<byte>.Shared.Rent(PieceSize);
                    count = await client.ReadAsync(piece, over);
                }
                catch (OperationCanceledException ended)
                {
                    return (ForwarderError.UpgradeRequestCanceled, ended);
                }
                catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
                {
                    return (ForwarderError.UpgradeRequestClient, broken);
                }

                if (count == 0)
                    return default;
                await connection.Send(piece.AsMemory(0, count));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return (connection.GivenUp != GivenUp.No ? ForwarderError.UpgradeRequestCanceled : ForwarderError.UpgradeRequestDestination, error);
            }
            finally
            {
                if (piece.Length > 0)
                    ArrayPool<byte>.Shared.Return(piece);
            }
        }
    }

    private static async Task<(ForwarderError Error, Exception? Exception)> ToClient(Stream client, NodeConnection connection)
    {
        try
        {
            while (true)
            {
                if (connection.End > connection.Start)
                {
                    await client.WriteAsync(connection.Buffer.AsMemory(connection.Start, connection.End - connection.Start));
                    connection.Start = connection.End;
                }

                if (await connection.Receive() == 0)
                    return default;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException or OperationCanceledException or InvalidOperationException)
        {
            return (connection.GivenUp != GivenUp.No ? ForwarderError.UpgradeResponseCanceled
                : error is SocketException ? ForwarderError.UpgradeResponseDestination
                : ForwarderError.UpgradeResponseClient, error);
        }
    }
}
