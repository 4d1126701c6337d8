using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Gateway.Clients;

/// <summary>Takes the PROXY header off connections that come from trusted balancers, and lets the client that it names be the connection's peer.</summary>
/// <remarks>From one of these networks a header is required, as the specification asks: were it optional, a client could bring one along through
/// the balancer. From anywhere else none is read, and what looks like one is an ill-formed request.</remarks>
internal sealed class ProxyProtocol(Networks networks, ConnectionMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public ConnectionDelegate Around(ConnectionDelegate next) =>
        connection => connection.RemoteEndPoint is IPEndPoint peer && networks.Contain(peer.Address) ? Serve(connection, next) : next(connection);

    private async Task Serve(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await TryTakeHeader(connection))
        {
            metrics.Refuse(Refusal.ProxyHeader);
            connection.Abort(new ConnectionAbortedException("The connection did not begin with a PROXY header."));
            return;
        }

        await next(connection);
    }

    private async Task<bool> TryTakeHeader(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(limit.Token);
                ReadOnlySequence<byte> bytes = read.Buffer;
                ProxyHeaderResult result = ProxyHeader.TryRead(bytes, out ProxyHeader header);
                if (result == ProxyHeaderResult.Complete)
                {
                    input.AdvanceTo(bytes.GetPosition(header.Length));
                    if (header.Client is { } client)
                        connection.RemoteEndPoint = client;
                    return true;
                }

                input.AdvanceTo(bytes.Start, bytes.End);
                if (result == ProxyHeaderResult.Invalid || read.IsCompleted || read.IsCanceled)
                    return false;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
