using System.Net;
using System.Net.Sockets;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Lifecycle;

namespace HashBalancer.Gateway.Hosting;

/// <summary>
/// Tries every listen address before anything starts, so that all ports in use are reported at once and beside the other
/// faults. The servers bind again right after; a port taken in between is reported by them, alone.
/// </summary>
internal static class PortProbe
{
    /// <param name="listeners">Every address with its key.</param>
    /// <param name="sockets">Those that another process has opened are there to be used.</param>
    public static IReadOnlyList<ConfigurationError> Check(IReadOnlyList<(string Key, ListenAddress Address)> listeners, ListenSockets? sockets = null)
    {
        List<ConfigurationError> errors = [];
        foreach ((string key, ListenAddress address) in listeners)
        {
            if (address.Port != 0 && sockets?.Has(address.EndPoint) != true && Fault(address) is { } fault)
                errors.Add(new(key, $"cannot listen on '{address}': {fault}. Choose another port, or 0 for a free one."));
        }

        foreach (IGrouping<int, (string Key, ListenAddress Address)> same in listeners.Where(l => l.Address.Port != 0).GroupBy(l => l.Address.Port))
        {
            (string Key, ListenAddress Address)[] group = [.. same];
            for (int i = 1; i < group.Length; i++)
            {
                if (group[i].Address.Address is null || group[0].Address.Address is null || Equals(group[i].Address.Address, group[0].Address.Address))
                    errors.Add(new(group[i].Key, $"is '{group[i].Address}', which {group[0].Key} uses already. Choose another port, or 0 for a free one."));
            }
        }

        return errors;
    }

    private static string? Fault(ListenAddress address)
    {
        IPAddress ip = address.Address ?? IPAddress.Any;
        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(ip, address.Port));
            socket.Listen();
            return null;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressAlreadyInUse ? "the port is in use" : error.Message;
        }
    }
}
