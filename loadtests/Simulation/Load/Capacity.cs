using HashBalancer.Ring;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Load;

/// <summary>What a fleet can do at best: every key on its owner, and no node ever waiting for another's work.</summary>
internal static class Capacity
{
    /// <summary>Not that of any run: a capacity is no property of the requests that are measured.</summary>
    private const int Seed = 7;

    /// <summary>Requests per second that keep every slot busy. It follows from the mean work of a request, and that from how many keys
    /// their owners hold, which a run of the caches alone tells.</summary>
    public static double RequestsPerSecond(FleetPlan fleet, double exponent)
    {
        HashRing ring = SimulatedPool.ViewOf(fleet).Ring;
        var traffic = new Traffic(fleet.Keys, exponent, Seed);
        LruCache[] caches = [.. Enumerable.Range(0, fleet.Nodes).Select(_ => new LruCache(fleet.HeldKeys))];
        int each = 40_000 * fleet.Nodes, hits = 0;
        for (int i = -each; i < each; i++)
        {
            int key = traffic.NextKey();
            if (caches[ring.Owner(traffic.HashOf(key))].Use(key) && i >= 0)
                hits++;
        }

        double ratio = (double)hits / each;
        double work = (ratio * fleet.Hit.TotalSeconds) + ((1 - ratio) * fleet.Miss.TotalSeconds);
        return fleet.Nodes * fleet.Slots / work;
    }
}
