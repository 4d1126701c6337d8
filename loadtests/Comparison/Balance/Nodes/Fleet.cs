using System.Net;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.Comparison.Balance.Nodes;

/// <summary>The nodes of one proxy, each on a loopback address of its own: some proxies hash names of servers by their address alone.</summary>
internal sealed class Fleet : IDisposable
{
    private readonly NodeServer[] _servers;

    /// <param name="number">Which proxy's, from 1: the third byte of the addresses.</param>
    /// <param name="scenario">How fast the nodes are.</param>
    /// <param name="clock">The run's.</param>
    public Fleet(int number, BalanceScenario scenario, RunClock clock)
    {
        Counts = new FleetCounts(scenario.Keys, scenario.Speeds.Count);
        Nodes = [.. scenario.Speeds.Select((speed, i) => new BalanceNode(i, speed, scenario.Work, clock, Counts))];
        _servers = [.. Nodes.Select(node => new NodeServer(node, new IPAddress([127, 0, (byte)number, (byte)(node.Index + 1)])))];
    }

    public IReadOnlyList<BalanceNode> Nodes { get; }

    public FleetCounts Counts { get; }

    /// <summary>As <c>host:port</c>.</summary>
    public IReadOnlyList<string> Addresses => [.. _servers.Select(server => server.Address.ToString())];

    public FleetSample Sample(double seconds)
    {
        (long served, long hits) = Counts.Totals;
        return new FleetSample(seconds, [.. Nodes.Select(node => node.BusyTime / 1e9)], served, hits, Counts.Work / 1e9 / Nodes[0].Slots);
    }

    public void Dispose()
    {
        foreach (NodeServer server in _servers)
            server.Dispose();
    }
}

/// <summary>What a fleet had done by a moment.</summary>
/// <param name="Seconds">Since the start of the load.</param>
/// <param name="BusySeconds">By node: how long all of its slots would have been busy.</param>
/// <param name="Served">Requests.</param>
/// <param name="Hits">Those among them whose key the node held.</param>
/// <param name="WorkSeconds">How long all slots of one node would have been busy, had every request taken just its time.</param>
internal sealed record FleetSample(double Seconds, IReadOnlyList<double> BusySeconds, long Served, long Hits, double WorkSeconds)
{
    /// <summary>How much longer than their time requests took, since an earlier moment: 1 on a machine that has time for everything.</summary>
    public double Stretch(FleetSample since) => WorkSeconds > since.WorkSeconds
        ? BusySeconds.Zip(since.BusySeconds, (now, then) => now - then).Sum() / (WorkSeconds - since.WorkSeconds)
        : 1;

    /// <summary>The utilisation of the busiest node over the mean, since an earlier moment.</summary>
    public double MaxOverMean(FleetSample since)
    {
        double[] busy = [.. BusySeconds.Zip(since.BusySeconds, (now, then) => now - then)];
        double mean = busy.Average();
        return mean > 0 ? busy.Max() / mean : 0;
    }

    /// <summary>The mean utilisation since an earlier moment.</summary>
    public double Mean(FleetSample since) => BusySeconds.Zip(since.BusySeconds, (now, then) => now - then).Average() / (Seconds - since.Seconds);

    public double HitRatio(FleetSample since) => Served == since.Served ? 0 : (double)(Hits - since.Hits) / (Served - since.Served);
}
