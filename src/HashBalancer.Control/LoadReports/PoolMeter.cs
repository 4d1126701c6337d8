using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What one gateway measures of one pool. Not thread-safe.</summary>
internal sealed class PoolMeter
{
    /// <summary>What a node serves and how busy it is are averaged alike, as reports of nodes are: their quotient is the capacity.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    /// <summary>What moves keys is averaged for longer: at 50 requests a second chance moves a node's rate by 2 %, not by 5 %.</summary>
    private static readonly TimeSpan SlowMemory = TimeSpan.FromSeconds(45);

    /// <summary>A node that reported, and does not any more, counts as one that never did after this time.</summary>
    private static readonly TimeSpan ReportsExpire = TimeSpan.FromMinutes(3);

    private const int MostHeavySlices = 1024;

    private readonly Dictionary<string, NodeMeter> _nodes = new(StringComparer.Ordinal);
    private SliceMeter? _slices;
    private RateAverage _inFlight = new(Memory);
    private RateAverage _rates = new(Memory);
    private RateAverage _slow = new(SlowMemory);

    /// <summary>So long a time's requests stand behind the rates of arcs: an exponential average of memory τ strays as a mean over 2·τ does.</summary>
    public static TimeSpan Window => 2 * SlowMemory;

    /// <summary>Takes a look at what is in flight.</summary>
    public void Sample(PoolSnapshot pool, TimeSpan elapsed, DateTimeOffset now)
    {
        double weight = _inFlight.WeightOf(elapsed);
        foreach (Node node in pool.Nodes)
            MeterOf(node, now).Sample(weight);
    }

    /// <summary>Sums up.</summary>
    /// <param name="pool">The pool's view in force.</param>
    /// <param name="elapsed">Since the last time, above 0.</param>
    /// <param name="now">The time.</param>
    public PoolSummary Measure(PoolSnapshot pool, TimeSpan elapsed, DateTimeOffset now)
    {
        double weight = _rates.WeightOf(elapsed), slow = _slow.WeightOf(elapsed);
        Forget(pool);
        double[] arcRates = [];
        if (_slices is null && pool.Nodes is [var any, ..])
            _slices = new SliceMeter(any.Load.Pool.WatchSlices());
        if (_slices is not null)
        {
            _slices.Measure(elapsed, slow);
            arcRates = _slices.RatesOf(pool.Ring);
        }

        List<NodeReading> readings = [];
        foreach (Node node in pool.Nodes)
        {
            NodeMeter meter = MeterOf(node, now);
            meter.Measure(elapsed, weight, slow, now);
            bool serves = pool.Ring.TryGetSlot(node.Id, out int slot) && node.Weight > 0;
            if (!serves)
                continue;
            double? utilisation = meter.ReportedAt is { } at && now - at < ReportsExpire ? node.Load.Utilisation : null;
            readings.Add(new NodeReading(
                node.Id, node.Weight, meter.Rate, meter.FailureRate, slot < arcRates.Length ? arcRates[slot] : 0, meter.SharedRate, meter.InFlight, utilisation, now - meter.Since));
        }

        return new PoolSummary(readings, _slices?.Summary(MostHeavySlices) ?? new SliceRates(SliceCounts.Bits, [], 0));
    }

    private NodeMeter MeterOf(Node node, DateTimeOffset now)
    {
        if (!_nodes.TryGetValue(node.Id, out NodeMeter? meter) || !ReferenceEquals(meter.Load, node.Load))
            _nodes[node.Id] = meter = new NodeMeter(node.Load, now);
        return meter;
    }

    private void Forget(PoolSnapshot pool)
    {
        HashSet<string> present = [.. pool.Nodes.Select(n => n.Id)];
        foreach (string gone in _nodes.Keys.Where(id => !present.Contains(id)).ToArray())
            _nodes.Remove(gone);
    }
}
