using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Finds the nodes of a pool that answer slower than the others.</summary>
/// <remarks>
/// <para>A bound on requests in flight alone lets a slow node have as many as a fast one, where each of them takes longer: the slow
/// node's own queue makes the pool's longest answers. With its pace the bound becomes the smaller the slower the node.</para>
/// <para>Measured against the median, which a few slow nodes do not move. For one caller at a time.</para>
/// </remarks>
internal sealed class NodePaces
{
    /// <summary>So much slower than the median is none of the node's fault: its keys differ, and it has more of them.</summary>
    public const double Tolerance = 1.25;

    /// <summary>The least pace: even a node that is stuck keeps enough requests to show when it has recovered.</summary>
    public const double Slowest = 0.1;

    private readonly List<double> _latencies = [];

    /// <summary>Renews the pace of every node: 1, or the tolerated latency over its own.</summary>
    public void Revise(PoolSnapshot view)
    {
        _latencies.Clear();
        foreach (Node node in view.Nodes)
        {
            if (view.Ring.TryGetSlot(node.Id, out _) && node.Load.Latency > TimeSpan.Zero)
                _latencies.Add(node.Load.Latency.TotalSeconds);
        }

        if (_latencies.Count == 0)
            return;
        _latencies.Sort();
        // The lower of two: of a pair, the slower one can be told from the other.
        double tolerated = Tolerance * _latencies[(_latencies.Count - 1) / 2];
        foreach (Node node in view.Nodes)
        {
            double own = node.Load.Latency.TotalSeconds;
            NodeRuntime.Of(node).Pace = own > tolerated ? Math.Max(Slowest, tolerated / own) : 1;
        }
    }
}
