namespace HashBalancer.Proxy;

/// <summary>Which path takes requests to their nodes.</summary>
public enum ForwardingMode
{
    /// <summary>The fast path where it can serve a request, YARP's forwarder for all others.</summary>
    Auto,

    /// <summary>The fast path alone: a request that it cannot serve is answered with 501 and the reason. For tests and measurements.</summary>
    Fast,

    /// <summary>YARP's forwarder for everything.</summary>
    Stock,
}

/// <summary>How requests are forwarded. Immutable; thread-safe.</summary>
public sealed record ForwardingSettings
{
    /// <summary>Which path takes requests to their nodes. Default: <see cref="ForwardingMode.Auto"/>.</summary>
    public ForwardingMode Mode { get; init; }
}
