using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Gateway.Clients;

/// <summary>Networks that are trusted with something.</summary>
internal sealed record Networks(IReadOnlyList<IPNetwork> All)
{
    public bool IsEmpty => All.Count == 0;

    /// <summary>Whether an address is in one of them; one of IPv4 that a socket of IPv6 gives counts as the former.</summary>
    public bool Contain(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (IPNetwork network in All)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
