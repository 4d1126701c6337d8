namespace HashBalancer.Control;

/// <summary>How many requests per second each node of a pool can take: what it serves over how busy that keeps it.</summary>
/// <remarks>
/// <para>As weighted round robin on the client's side does it (gRFC A58, Envoy's client-side weighted round robin): requests per second
/// over utilisation. Requests that failed are no service: failing fast never looks like capacity. Nodes of unlike speed then
/// need no weights.</para>
/// <para>Two estimates of each node: one that follows by a fifth in 5 s, so that a hiccup is no reading, and one over a minute, which chance moves
/// by half as much. The latter counts until the former is further from it than chance takes it: then the node has changed.</para>
/// <para>A node without an estimate, and one whose reports are beyond belief, counts as its weight and the others' median say.</para>
/// <para>One per pool; not thread-safe.</para>
/// </remarks>
internal sealed class CapacityEstimates(TimeSpan blackout)
{
    /// <summary>What a reading weighs after this time: a fifth.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private const double WeightPerPace = 0.2;

    /// <summary>The memory of an average that takes a fifth in 5 s.</summary>
    private static readonly TimeSpan RecentMemory = Pace / -Math.Log(1 - WeightPerPace);

    private static readonly TimeSpan LastingMemory = TimeSpan.FromMinutes(1);

    /// <summary>A quotient that differs by so many standard deviations is another node's, so to speak; requests are about as unlike as an exponential
    /// distribution has them.</summary>
    private const double DeviationsOfChange = 5;

    /// <summary>What a node changes by less than, as a part, waits for the estimate over a minute.</summary>
    private const double LeastChange = 0.05;

    /// <summary>Below this many requests per second a reading says more of chance than of capacity.</summary>
    private const double LeastRate = 1;

    /// <summary>An idle node reports next to nothing: the quotient is not to explode.</summary>
    private const double LeastUtilisation = 0.01;

    /// <summary>A node that fails every request has no capacity; a quotient of its own must not have none either.</summary>
    private const double LeastCapacity = 1e-3;

    /// <summary>How far from the median, weight for weight, an estimate may lie. Machines of one pool differ by less; lies by more.</summary>
    private const double WidestSpread = 20;

    private readonly Dictionary<string, NodeEstimate> _perWeight = new(StringComparer.Ordinal);

    /// <summary>Whether the last update went by what nodes report; else by what gateways see of them.</summary>
    public bool IsReported { get; private set; }

    /// <summary>Takes readings.</summary>
    /// <param name="nodes">Of all nodes.</param>
    /// <param name="elapsed">Since the last update.</param>
    public void Update(IReadOnlyList<NodeReading> nodes, TimeSpan elapsed)
    {
        NodeReading[] settled = [.. nodes.Where(n => n.Age >= blackout)];
        bool reported = settled.Length > 0 && settled.All(n => n.Utilisation is not null);
        if (reported != IsReported)
            _perWeight.Clear(); // The two kinds have different units.
        IsReported = reported;

        double weight = 1 - Math.Pow(1 - WeightPerPace, elapsed / Pace);
        foreach (NodeReading node in settled.Where(n => n.Rate >= LeastRate))
        {
            double busy = reported ? node.Utilisation!.Value : node.InFlight / node.Weight;
            if (!_perWeight.TryGetValue(node.Id, out NodeEstimate? estimate))
                _perWeight.Add(node.Id, estimate = new NodeEstimate());
            estimate.Take((node.Rate - node.FailureRate) / node.Weight, busy, node.Rate, elapsed, weight);
        }

        HashSet<string> present = [.. nodes.Select(n => n.Id)];
        foreach (string gone in _perWeight.Keys.Where(id => !present.Contains(id)).ToArray())
            _perWeight.Remove(gone);
    }

    /// <summary>A node's capacity: requests per second at utilisation 1, or, where nodes report nothing, in proportion to that.</summary>
    public double Of(NodeReading node)
    {
        double median = Median();
        double perWeight = _perWeight.TryGetValue(node.Id, out NodeEstimate? known) ? Math.Clamp(known.PerWeight, median / WidestSpread, median * WidestSpread) : median;
        return perWeight * node.Weight;
    }

    private double Median()
    {
        if (_perWeight.Count == 0)
            return 1;
        double[] sorted = [.. _perWeight.Values.Select(e => e.PerWeight).Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>One node's, per weight.</summary>
    private sealed class NodeEstimate
    {
        private double _served;
        private double _busy;
        private double _lastingServed;
        private double _lastingBusy;
        private TimeSpan _age;
        private RateAverage _lasting = new(LastingMemory);

        public double PerWeight { get; private set; }

        public void Take(double served, double busy, double rate, TimeSpan elapsed, double weight)
        {
            if (_age == TimeSpan.Zero)
                (_served, _busy) = (served, busy);
            _served += weight * (served - _served);
            _busy += weight * (busy - _busy);
            double lasting = _lasting.WeightOf(elapsed);
            _lastingServed += lasting * (served - _lastingServed);
            _lastingBusy += lasting * (busy - _lastingBusy);
            _age += elapsed;

            double recently = Quotient(_served, _busy), before = Quotient(_lastingServed, _lastingBusy);
            double noise = DeviationsOfChange / Math.Sqrt(rate * 2 * RecentMemory.TotalSeconds);
            if (Math.Abs(recently - before) > before * Math.Max(LeastChange, noise))
            {
                (_lastingServed, _lastingBusy) = (_served, _busy);
                _lasting.Restart(_age < RecentMemory ? _age : RecentMemory);
                before = recently;
            }

            PerWeight = before;
        }

        private static double Quotient(double served, double busy) => Math.Max(LeastCapacity, served / Math.Max(LeastUtilisation, busy));
    }
}
