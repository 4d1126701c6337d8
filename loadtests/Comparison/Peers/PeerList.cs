namespace HashBalancer.Comparison.Peers;

/// <summary>Who takes part, in the order of tables. A further proxy is a class and a line here.</summary>
internal static class PeerList
{
    public static readonly IReadOnlyList<IPeer> All =
        [new DirectPeer(), new NginxPeer(), new HAProxyPeer(), new StockYarpPeer(), new HashBalancerPeer()];

    /// <summary>Who takes part when named: stock YARP as its guide sets it up, and the gateway itself with something switched off, to see what that costs.</summary>
    public static readonly IReadOnlyList<IPeer> OnRequest =
    [
        new StockYarpPeer(isLogging: true),
        new HashBalancerPeer("HashBalancer-no-metrics", "HashBalancer:Telemetry:Metrics=false"),
        new HashBalancerPeer("HashBalancer-epoll", "HashBalancer:Proxy:Io=Epoll"),
    ];
}
