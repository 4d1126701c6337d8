using System.Diagnostics;
using System.Text;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>What a ring could be instead: evenness of 1,000 equal nodes, keys moved beside those that must, points and their cost.</summary>
internal static class ConstructionStudy
{
    private const int Nodes = 1_000;

    public static string Run(bool smoke)
    {
        int sets = smoke ? 3 : 20;
        var text = new StringBuilder($"# Constructions of a ring\n\n{Report.Machine()}\n{Nodes:#,0} nodes of equal weight, medians of {sets} sets of ids.\n\n");
        text.Append("\"Moved in excess\" is the part of all keys that a join moves from one old node to another.\n\n");
        text.Append("| construction | points per node | largest ÷ mean | smallest ÷ mean | moved in excess |\n| --- | ---: | ---: | ---: | ---: |\n");
        foreach (Construction construction in Constructions(smoke))
        {
            double[] largest = new double[sets], smallest = new double[sets];
            for (int set = 0; set < sets; set++)
            {
                double[] shares = construction.Shares(Ids(set, Nodes));
                largest[set] = shares.Max() * Nodes;
                smallest[set] = shares.Min() * Nodes;
            }

            text.Append($"| {construction.Name} | {construction.PointsPerNode} | {Median(largest):0.000} | {Median(smallest):0.000} | {Excess(construction):0.00 %} |\n");
        }

        text.Append("\n## Points per unit of weight, nearest point\n\n");
        text.Append("| points | largest ÷ mean | smallest ÷ mean | bytes per node | build, 1,000 nodes | look-up |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (int points in new[] { 40, 80, 160, 240, 320, 480, 640, 1280 })
            text.Append(Trade(points, sets));
        return text.ToString();
    }

    private static IEnumerable<Construction> Constructions(bool smoke)
    {
        foreach (int points in new[] { 160, 320, 640 })
            yield return new("next point (the usual ring)", points, ids => new PointCircle(ids, points).SharesOfNext(), ids => new PointCircle(ids, points).Next);
        foreach (int points in new[] { 160, 320 })
            yield return new("**nearest point**", points, ids => new PointCircle(ids, points).SharesOfNearest(), ids => new PointCircle(ids, points).Nearest);
        foreach (int points in new[] { 160, 320 })
            yield return new("next point, two probes", points, ids => new PointCircle(ids, points).SharesOfNextOfTwo(), ids => new PointCircle(ids, points).NextOfTwo);
        foreach (int points in new[] { 107, 160, 320 })
            yield return new("nearest point, two probes", points, ids => new PointCircle(ids, points).SharesOfNearestOfTwo(), ids => new PointCircle(ids, points).NearestOfTwo);
        yield return new("local rendezvous among 8", 160, ids => ByCounting(ids, smoke), ids => new PointCircle(ids, 160).LocalRendezvous);
        yield return new("Maglev", 100, MaglevShares, ids => new MaglevTable([.. ids.Select(id => new RingMember(id))]).Owner);
    }

    private static double[] ByCounting(string[] ids, bool smoke)
    {
        var circle = new PointCircle(ids, 160);
        return circle.SharesByCounting(circle.LocalRendezvous, smoke ? 500 : 8_000);
    }

    private static double[] MaglevShares(string[] ids)
    {
        var table = new MaglevTable([.. ids.Select(id => new RingMember(id))]);
        double[] shares = new double[ids.Length];
        for (ulong i = 0; i < (ulong)table.Size; i++)
            shares[table.Owner(i)] += 1.0 / table.Size;
        return shares;
    }

    /// <summary>Keys whose owner changes although the newcomer does not get them.</summary>
    private static double Excess(Construction construction)
    {
        string[] ids = Ids(0, Nodes + 1);
        Func<ulong, int> before = construction.Owner(ids[..Nodes]), after = construction.Owner(ids);
        return (double)RingFixtures.Hashes.Count(hash => after(hash) is var now && now != Nodes && now != before(hash)) / RingFixtures.KeyCount;
    }

    private static string Trade(int points, int sets)
    {
        double[] largest = new double[sets], smallest = new double[sets], build = new double[sets];
        HashRing ring = HashRing.Empty;
        for (int set = 0; set < sets; set++)
        {
            RingMember[] members = [.. Ids(set, Nodes).Select(id => new RingMember(id))];
            long start = Stopwatch.GetTimestamp();
            ring = HashRing.Build(members, points);
            build[set] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double[] shares = ring.Shares();
            largest[set] = shares.Max() * Nodes;
            smallest[set] = shares.Min() * Nodes;
        }

        double lookUp = Enumerable.Range(0, 20 * sets).Min(_ => TimeOf(ring));
        return $"| {points} | {Median(largest):0.000} | {Median(smallest):0.000} | {ring.SizeInBytes / (double)Nodes:#,0} | {build.Min():0.0} ms | {lookUp:0.0} ns |\n";
    }

    private static double TimeOf(HashRing ring)
    {
        long start = Stopwatch.GetTimestamp(), sum = 0;
        foreach (ulong hash in RingFixtures.Hashes)
            sum += ring.Owner(hash);
        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / RingFixtures.KeyCount;
    }

    private static string[] Ids(int set, int count) => [.. Enumerable.Range(0, count).Select(i => $"items-{set}-{i:x8}")];

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
