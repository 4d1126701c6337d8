using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Finds the nodes of a pool that are more utilised than the others, by what they report of themselves.</summary>
/// <remarks>Measured against the median, which a few liars do not move. For one caller at a time.</remarks>
internal sealed class NodeHandicaps
{
    /// <summary>Below this nodes are idle, and differ by chance alone.</summary>
    private const double LeastUtilisation = 0.01;

    private readonly List<double> _utilisations = [];

    /// <summary>Renews the handicap of every node.</summary>
    /// <param name="view">The pool.</param>
    /// <param name="elapsed">Since the last call.</param>
    public void Revise(PoolSnapshot view, TimeSpan elapsed)
    {
        _utilisations.Clear();
        foreach (Node node in view.Nodes)
        {
            NodeHandicap handicap = NodeRuntime.Of(node).Handicap;
            handicap.Hear(node.Load.Reports, elapsed);
            if (!handicap.IsSilent && view.Ring.TryGetSlot(node.Id, out _))
                _utilisations.Add(node.Load.Utilisation);
        }

        _utilisations.Sort();
        double median = _utilisations.Count > 0 ? _utilisations[_utilisations.Count / 2] : 0;
        foreach (Node node in view.Nodes)
            NodeRuntime.Of(node).Handicap.Follow((node.Load.Utilisation - median) / Math.Max(LeastUtilisation, median), elapsed);
    }
}
