using System.Runtime.InteropServices;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>One node as dashboards know it. Of the feed's loop alone.</summary>
/// <param name="index">What stands for it in messages; free again when it is gone.</param>
/// <param name="node">The node.</param>
internal sealed class FeedNode(int index, Node node)
{
    private long _completed = node.Load.Completed;
    private long _failed = PoolObserver.ConditionOf(node).FailedOrError;
    private long _misses = node.Load.Strays;

    public int Index => index;

    /// <summary>The node as of the last snapshot.</summary>
    public Node Node { get; set; } = node;

    /// <summary>The part of the key space that it owns.</summary>
    public double Share { get; set; }

    /// <summary>What was measured last.</summary>
    public NodeFigure Figure { get; private set; }

    /// <summary>What was sent last.</summary>
    public NodeFigure Sent { get; set; }

    /// <summary>Requests per second, not rounded.</summary>
    public double Rate { get; private set; }

    /// <summary>Measures the time since the last call.</summary>
    public void Measure(double seconds)
    {
        NodeLoad load = Node.Load;
        NodeCondition condition = PoolObserver.ConditionOf(Node);
        long completed = load.Completed, misses = load.Strays;
        long ended = completed - _completed;
        Rate = ended / seconds;
        Figure = new NodeFigure(
            load.InFlight,
            Rounded(Rate),
            Rounded(load.Latency.TotalMicroseconds),
            ended > 0 ? (int)Math.Round(100 * Math.Clamp(1 - ((double)(misses - _misses) / ended), 0, 1)) : -1,
            load.Reports > 0 ? (int)Math.Round(100 * load.Utilisation) : -1,
            Rounded((condition.FailedOrError - _failed) / seconds),
            FlagsOf(condition));
        (_completed, _misses, _failed) = (completed, misses, condition.FailedOrError);
    }

    /// <summary>Takes a look at whether the node is passed over; true when that has changed.</summary>
    public bool Glance()
    {
        int flags = FlagsOf(PoolObserver.ConditionOf(Node));
        if (flags == Figure.Flags)
            return false;
        Figure = Figure with { Flags = flags };
        return true;
    }

    private static int FlagsOf(NodeCondition condition) => (condition.IsEjected ? 1 : 0) | (condition.IsUnhealthy ? 2 : 0);

    /// <summary>Two digits that count: what lies beneath changes from second to second, and nobody sees it.</summary>
    private static double Rounded(double value)
    {
        if (value < 0.1)
            return 0;
        double unit = Math.Pow(10, Math.Max(-1, Math.Floor(Math.Log10(value)) - 1));
        return Math.Round(value / unit) * unit;
    }
}

/// <summary>What a node did in the last second.</summary>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="Rate">Requests per second that ended.</param>
/// <param name="Latency">Microseconds, averaged.</param>
/// <param name="Hits">Percent of its requests whose key belongs to it; -1: no request.</param>
/// <param name="Utilisation">Percent, as it reports it; -1: it does not.</param>
/// <param name="Errors">Requests per second that failed or ended with 500 and above.</param>
/// <param name="Flags">1: ejected, 2: unhealthy.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeFigure(long InFlight, double Rate, double Latency, int Hits, int Utilisation, double Errors, int Flags);
