using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace HashBalancer.Gateway.Clients;

/// <summary>Lets no client have more than so many connections at once. Trusted proxies, which connect for many, are not counted.</summary>
/// <remarks>Thread-safe. An IPv6 client counts by its /64, of which it has every address.</remarks>
internal sealed class ClientConnections(int limit, Networks trusted, ConnectionMetrics metrics)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public ConnectionDelegate Around(ConnectionDelegate next) =>
        connection => connection.RemoteEndPoint is IPEndPoint peer && !trusted.Contain(peer.Address) ? Serve(connection, ClientOf(peer.Address), next) : next(connection);

    private async Task Serve(ConnectionContext connection, IPAddress client, ConnectionDelegate next)
    {
        if (_open.AddOrUpdate(client, 1, static (_, count) => count + 1) > limit)
        {
            Leave(client);
            metrics.Refuse(Refusal.ClientLimit);
            connection.Abort(new ConnectionAbortedException("The client has too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(client);
        }
    }

    private void Leave(IPAddress client)
    {
        while (true)
        {
            int count = _open[client];
            if (count > 1 ? _open.TryUpdate(client, count - 1, count) : _open.TryRemove(new KeyValuePair<IPAddress, int>(client, count)))
                return;
        }
    }

    private static IPAddress ClientOf(IPAddress address)
    {
        const int NetworkBytes = 8;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length <= NetworkBytes)
            return address;
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
