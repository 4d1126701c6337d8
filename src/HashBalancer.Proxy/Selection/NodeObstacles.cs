namespace HashBalancer.Proxy;

/// <summary>Why a node that the ring has is to be passed over for now, as this gateway alone sees it. All are waived when no other node is left:
/// a node that seems bad may still serve. One that drains is not on the ring at all.</summary>
[Flags]
internal enum NodeObstacles
{
    /// <summary>Nothing stands in the way.</summary>
    None = 0,

    /// <summary>The node's answers to requests were so bad that it rests: its circuit is open, but for a probe now and then.</summary>
    Ejected = 1,

    /// <summary>The node fails the checks that this gateway sends it.</summary>
    Unhealthy = 2,
}

/// <summary>Obstacles as people read them.</summary>
internal static class ObstacleNames
{
    public static string[] Names(this NodeObstacles obstacles) =>
        [.. Enum.GetValues<NodeObstacles>().Where(one => one != NodeObstacles.None && obstacles.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant())];
}
