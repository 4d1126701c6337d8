using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Holds a request's body back until its node wants it (RFC 9110 section 10.1.1): the client sends it only once it is read here.</summary>
/// <remarks>Thread-safe: who reads the node's answer decides, once.</remarks>
internal sealed class Expectation(TimeProvider time)
{
    /// <summary>Nodes that know nothing of expectations say nothing: then the body goes after this time, as with YARP's client.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<bool> _isWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides; returns false when that was done before.</summary>
    public bool TryDecide(bool isWanted) => _isWanted.TrySetResult(isWanted);

    /// <summary>Sends the head, waits, and sends the body if it is wanted. One that is not counts as failed by the node.</summary>
    public async Task<(ForwarderError Error, Exception? Exception)> Send(
        ReadOnlyMemory<byte> head, NodeConnection connection, Func<Task<(ForwarderError Error, Exception? Exception)>> body)
    {
        try
        {
            await connection.Send(head);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return (ForwarderError.RequestBodyDestination, error);
        }

        try
        {
            await _isWanted.Task.WaitAsync(Limit, time);
        }
        catch (TimeoutException)
        {
            _ = TryDecide(isWanted: true);
        }

        return await _isWanted.Task ? await body() : (ForwarderError.RequestBodyDestination, null);
    }
}
