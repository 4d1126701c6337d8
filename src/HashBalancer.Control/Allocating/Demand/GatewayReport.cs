namespace HashBalancer.Control;

/// <summary>What a gateway tells the leader about the fleet.</summary>
/// <param name="Epoch">The epoch that its rings follow.</param>
/// <param name="Pools">What it measured of the pools that are sized.</param>
/// <param name="Nodes">What the leader needs to know of nodes on their way.</param>
/// <param name="Number">Counts reports: an entry of the registry that says the same again would look as old as it was.</param>
public sealed record GatewayReport(long Epoch, IReadOnlyList<PoolTraffic> Pools, IReadOnlyList<TransitNode> Nodes, long Number = 0);

/// <summary>A pool's traffic, averaged over some seconds; of one gateway, or of all.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Arrivals">Requests served per second.</param>
/// <param name="Refused">Requests per second that got no node: queue full, waited too long, no node there.</param>
/// <param name="Seconds">The mean time of a request on its node; 0 when none was served.</param>
/// <param name="InFlight">Requests on nodes at one time.</param>
/// <param name="Waiting">Requests that wait for admission at one time.</param>
/// <param name="Utilisation">The sum of what nodes report of themselves.</param>
/// <param name="Reporting">How many nodes report it.</param>
public sealed record PoolTraffic(
    string Pool, double Arrivals, double Refused, double Seconds, double InFlight, double Waiting, double Utilisation, int Reporting)
{
    /// <summary>What all gateways measured together. Every gateway hears a node's report, so that of those the one is taken that hears most.</summary>
    public static PoolTraffic Merge(string pool, IReadOnlyCollection<PoolTraffic> parts)
    {
        double arrivals = parts.Sum(part => part.Arrivals);
        PoolTraffic? best = parts.MaxBy(part => (part.Reporting, part.Arrivals));
        return new PoolTraffic(
            pool, arrivals, parts.Sum(part => part.Refused), arrivals > 0 ? parts.Sum(part => part.Arrivals * part.Seconds) / arrivals : 0,
            parts.Sum(part => part.InFlight), parts.Sum(part => part.Waiting), best?.Utilisation ?? 0, best?.Reporting ?? 0);
    }
}

/// <summary>A node on its way, as one gateway sees it.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Instance">Its ServiceID there.</param>
/// <param name="InFlight">Requests that it still has of this gateway.</param>
/// <param name="Passing">Whether its checks pass.</param>
/// <param name="Warmed">Whether this gateway has warmed it.</param>
/// <param name="WarmSent">How many requests it was sent beforehand.</param>
/// <param name="WarmFailed">How many of them failed.</param>
public sealed record TransitNode(string Pool, string Instance, long InFlight, bool Passing, bool Warmed, int WarmSent, int WarmFailed);
