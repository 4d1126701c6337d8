using System.Net;
using System.Net.Sockets;
using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Connects to an address and hangs up again.</summary>
internal sealed class TcpProbe(CheckPlan plan, TimeProvider time) : IProbe
{
    public async Task<ProbeResult> RunAsync(CancellationToken stopped)
    {
        if (!Uri.TryCreate($"tcp://{plan.Target}", UriKind.Absolute, out Uri? uri) || uri.Port < 0)
            return ProbeResult.Critical($"dial tcp: address {plan.Target}: missing port in address");
        using var timeout = new CancellationTokenSource(plan.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopped);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(uri.IdnHost, uri.Port), either.Token);
            return new ProbeResult(CheckStatus.Passing, $"TCP connect {plan.Target}: Success");
        }
        catch (SocketException e)
        {
            return ProbeResult.Critical(DialErrors.Describe(plan.Target, e));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopped.IsCancellationRequested)
        {
            return ProbeResult.Critical($"dial tcp {plan.Target}: i/o timeout");
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Failures to connect, in Go's words.</summary>
internal static class DialErrors
{
    public static string Describe(string target, SocketException e)
    {
        string host = target.LastIndexOf(':') is >= 0 and int colon ? target[..colon] : target;
        return e.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"dial tcp {target}: connect: connection refused",
            SocketError.HostNotFound or SocketError.NoData => $"dial tcp: lookup {host}: no such host",
            SocketError.TryAgain => $"dial tcp: lookup {host}: Temporary failure in name resolution",
            SocketError.HostUnreachable => $"dial tcp {target}: connect: no route to host",
            SocketError.NetworkUnreachable => $"dial tcp {target}: connect: network is unreachable",
            SocketError.TimedOut => $"dial tcp {target}: i/o timeout",
            SocketError.ConnectionReset => "read: connection reset by peer",
            _ => $"dial tcp {target}: {e.Message}",
        };
    }
}
