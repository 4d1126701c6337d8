namespace HashBalancer.Control;

/// <summary>How many requests per second each node of a pool can take: what it serves over how busy that keeps it.</summary>
/// <remarks>
/// <para>As weighted round robin on the client's side does it (gRFC A58, Envoy's client-side weighted round robin): requests per second
/// over utilisation. Requests that failed are no service: failing fast never looks like capacity. Nodes of unlike speed then
/// need no weights.</para>
/// <para>Estimates follow slowly, by a fifth in 5 s: a plan moves keys, and the reading that it was made from must not be a hiccup. A
/// node without an estimate, and one whose reports are beyond belief, counts as its weight and the others' median say.</para>
/// <para>One per pool; not thread-safe.</para>
/// </remarks>
internal sealed class CapacityEstimates(TimeSpan blackout)
{
    /// <summary>What a reading weighs after this time: a fifth.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private const double WeightPerPace = 0.2;

    /// <summary>Below this many requests per second a reading says more of chance than of capacity.</summary>
    private const double LeastRate = 1;

    /// <summary>An idle node reports next to nothing: the quotient is not to explode.</summary>
    private const double LeastUtilisation = 0.01;

    /// <summary>A node that fails every request has no capacity; a quotient of its own must not have none either.</summary>
    private const double LeastCapacity = 1e-3;

    /// <summary>How far from the median, weight for weight, an estimate may lie. Machines of one pool differ by less; lies by more.</summary>
    private const double WidestSpread = 20;

    private readonly Dictionary<string, double> _perWeight = new(StringComparer.Ordinal);

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
            double sample = Math.Max(LeastCapacity, (node.Rate - node.FailureRate) / node.Weight / Math.Max(LeastUtilisation, busy));
            _perWeight[node.Id] = _perWeight.TryGetValue(node.Id, out double before) ? before + (weight * (sample - before)) : sample;
        }

        HashSet<string> present = [.. nodes.Select(n => n.Id)];
        foreach (string gone in _perWeight.Keys.Where(id => !present.Contains(id)).ToArray())
            _perWeight.Remove(gone);
    }

    /// <summary>A node's capacity: requests per second at utilisation 1, or, where nodes report nothing, in proportion to that.</summary>
    public double Of(NodeReading node)
    {
        double median = Median();
        double perWeight = _perWeight.TryGetValue(node.Id, out double known) ? Math.Clamp(known, median / WidestSpread, median * WidestSpread) : median;
        return perWeight * node.Weight;
    }

    private double Median()
    {
        if (_perWeight.Count == 0)
            return 1;
        double[] sorted = [.. _perWeight.Values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
