namespace HashBalancer.Proxy;

/// <summary>Which path takes requests to their nodes.</summary>
public enum ForwardingMode
{
    /// <summary>The lean path where it can serve a request, YARP's forwarder for all others.</summary>
    Auto,

    /// <summary>YARP's forwarder for everything.</summary>
    Stock,
}

/// <summary>How requests are forwarded. Immutable; thread-safe.</summary>
public sealed record ForwardingSettings
{
    /// <summary>Which path takes requests to their nodes. Default: <see cref="ForwardingMode.Auto"/>.</summary>
    public ForwardingMode Mode { get; init; }
}
