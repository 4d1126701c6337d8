namespace HashBalancer.Proxy;

/// <summary>Why a node that the ring has is to be passed over for now, as this gateway alone sees it.</summary>
[Flags]
internal enum NodeObstacles
{
    /// <summary>Nothing stands in the way.</summary>
    None = 0,

    /// <summary>The node's answers were so bad that it rests.</summary>
    Ejected = 1,

    /// <summary>The node's circuit breaker lets nothing through.</summary>
    BreakerOpen = 2,

    /// <summary>The node is to finish what it has and take nothing new; unlike the others, this one holds even if no other node is left.</summary>
    Draining = 4,
}
