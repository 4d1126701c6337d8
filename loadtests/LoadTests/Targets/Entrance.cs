namespace HashBalancer.LoadTests.Targets;

/// <summary>One address that requests may go to: a gateway's. Thread-safe.</summary>
internal sealed class Entrance(Uri url)
{
    private bool _closed;

    public Uri Url { get; } = url;

    /// <summary>
    /// Whether the load balancer before the gateways sends requests here. A run closes an entrance before it kills its gateway, as one
    /// would that checks them.
    /// </summary>
    public bool IsOpen
    {
        get => !Volatile.Read(ref _closed);
        set => Volatile.Write(ref _closed, !value);
    }
}
