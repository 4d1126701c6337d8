using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace HashBalancer.Gateway.Lifecycle;

/// <summary>The sockets that this process listens on: those that another process opened and gave it, and those that it opened itself.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ListenSockets : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Socket> _given; // Guarded by _gate.
    private readonly List<Socket> _used = []; // Guarded by _gate.

    public ListenSockets(IEnumerable<Socket>? given = null) => _given = [.. given ?? []];

    /// <summary>How many were given and are not in use yet.</summary>
    public int Given
    {
        get { lock (_gate) return _given.Count; }
    }

    /// <summary>Those in use.</summary>
    public IReadOnlyList<Socket> Used
    {
        get { lock (_gate) return [.. _used]; }
    }

    /// <summary>Whether a socket for this address was given.</summary>
    public bool Has(EndPoint endPoint)
    {
        lock (_gate)
            return _given.Exists(socket => Serves(socket, endPoint));
    }

    /// <summary>The socket for an address: one that was given, else a new one.</summary>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public Socket Open(EndPoint endPoint)
    {
        lock (_gate)
        {
            int given = _given.FindIndex(socket => Serves(socket, endPoint));
            Socket socket;
            if (given >= 0)
            {
                socket = _given[given];
                _given.RemoveAt(given);
            }
            else
            {
                socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
            }

            _used.Add(socket);
            return socket;
        }
    }

    /// <summary>Closes those that were given and never used: connections to them would wait for ever.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _given.ForEach(socket => socket.Dispose());
            _given.Clear();
        }
    }

    private static bool Serves(Socket socket, EndPoint asked) =>
        socket.LocalEndPoint is IPEndPoint has && asked is IPEndPoint wanted && has.Port == wanted.Port
        && (has.Address.Equals(wanted.Address) || (IsAny(has.Address) && IsAny(wanted.Address)));

    // Every interface: as IPv6 that takes IPv4 too, or as IPv4 alone where there is no IPv6.
    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
