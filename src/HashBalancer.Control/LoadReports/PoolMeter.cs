using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What one gateway measures of one pool. Not thread-safe.</summary>
internal sealed class PoolMeter
{
    /// <summary>What a node serves and how busy it is are averaged alike, as reports of nodes are: their quotient is the capacity.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    /// <summary>Of requests that no arc brings: where they go follows the nodes' loads, and so every move, within seconds.</summary>
    private static readonly TimeSpan SharedMemory = TimeSpan.FromSeconds(45);

    /// <summary>So soon the place of keys that become asked for, or are not any more, is seen.</summary>
    private static readonly TimeSpan RecentMemory = TimeSpan.FromSeconds(30);

    /// <summary>What moves keys is averaged for so long while nothing shifts: at 40 requests a second chance moves a node's rate by 1 %.</summary>
    private static readonly TimeSpan LastingMemory = TimeSpan.FromMinutes(2);

    /// <summary>How far averages reach back once nothing has shifted for long.</summary>
    public static readonly TimeSpan LongestWindow = 2 * LastingMemory;

    /// <summary>By so many standard deviations a node's part of the requests differs from what it was when more than chance is at work: of ten nodes
    /// looked at every 5 s one does so by chance in a month.</summary>
    private const double DeviationsOfShift = 5;

    /// <summary>A node that reported, and does not any more, counts as one that never did after this time.</summary>
    private static readonly TimeSpan ReportsExpire = TimeSpan.FromMinutes(3);

    private const int MostHeavySlices = 1024;

    private readonly Dictionary<string, NodeMeter> _nodes = new(StringComparer.Ordinal);
    private SliceMeter? _slices;
    private RateAverage _inFlight = new(Memory);
    private RateAverage _rates = new(Memory);
    private RateAverage _shared = new(SharedMemory);
    private RateAverage _recent = new(RecentMemory);
    private RateAverage _lasting = new(LastingMemory);

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
        double weight = _rates.WeightOf(elapsed), shared = _shared.WeightOf(elapsed);
        Forget(pool);
        if (_slices is null && pool.Nodes is [var any, ..])
            _slices = new SliceMeter(any.Load.Pool.WatchSlices());
        double[] arcRates = MeasureArcs(pool, elapsed);
        // Where requests go is known from long before, how many there are is not: a pool's load may double in a minute.
        double scale = _slices is { Lasting: > 0 } ? _slices.Recent / _slices.Lasting : 1;

        List<NodeReading> readings = [];
        foreach (Node node in pool.Nodes)
        {
            NodeMeter meter = MeterOf(node, now);
            meter.Measure(elapsed, weight, shared, now);
            bool serves = pool.Ring.TryGetSlot(node.Id, out int slot) && node.Weight > 0;
            if (!serves)
                continue;
            double? utilisation = meter.ReportedAt is { } at && now - at < ReportsExpire ? node.Load.Utilisation : null;
            readings.Add(new NodeReading(
                node.Id, node.Weight, meter.Rate, meter.FailureRate, slot < arcRates.Length ? arcRates[slot] * scale : 0, meter.SharedRate, meter.InFlight, utilisation, now - meter.Since));
        }

        return new PoolSummary(readings, _slices?.Summary(MostHeavySlices, scale) ?? new SliceRates(SliceCounts.Bits, [], 0), _lasting.Window) { AssignmentVersion = pool.AssignmentVersion };
    }

    private double[] MeasureArcs(PoolSnapshot pool, TimeSpan elapsed)
    {
        double recentWeight = _recent.WeightOf(elapsed), lastingWeight = _lasting.WeightOf(elapsed);
        if (_slices is null)
            return [];
        _slices.Measure(elapsed, recentWeight, lastingWeight);
        (double[] recent, double[] lasting) = _slices.RatesOf(pool.Ring);
        if (!HasShifted(recent, lasting))
            return lasting;
        _slices.Restart();
        _lasting.Restart(_recent.Window);
        return recent;
    }

    /// <summary>Whether keys of other places are asked for than before, by more than chance explains.</summary>
    private bool HasShifted(double[] recent, double[] lasting)
    {
        double requests = _slices!.Recent * _recent.Window.TotalSeconds, before = _slices.Lasting * _lasting.Window.TotalSeconds;
        if (requests < 1 || before < 1)
            return false;
        for (int slot = 0; slot < recent.Length; slot++)
        {
            double now = recent[slot] / _slices.Recent, then = lasting[slot] / _slices.Lasting;
            double noise = Math.Sqrt(Math.Max(now, then) * ((1 / requests) + (1 / before)));
            if (Math.Abs(now - then) > DeviationsOfShift * noise)
                return true;
        }

        return false;
    }

    private NodeMeter MeterOf(Node node, DateTimeOffset now)
    {
        if (!_nodes.TryGetValue(node.Id, out NodeMeter? meter) || !ReferenceEquals(meter.Load, node.Load))
            _nodes[node.Id] = meter = new NodeMeter(node.Load, node.Weight, now);
        meter.Weigh(node.Weight, now);
        return meter;
    }

    private void Forget(PoolSnapshot pool)
    {
        HashSet<string> present = [.. pool.Nodes.Select(n => n.Id)];
        foreach (string gone in _nodes.Keys.Where(id => !present.Contains(id)).ToArray())
            _nodes.Remove(gone);
    }
}
