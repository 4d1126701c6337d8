namespace HashBalancer.Comparison.Peers;

/// <summary>Who takes part, in the order of tables. A further proxy is a class and a line here.</summary>
internal static class PeerList
{
    public static readonly IReadOnlyList<IPeer> All =
        [new DirectPeer(), new NginxPeer(), new HAProxyPeer(), new StockYarpPeer(), new HashBalancerPeer()];
}
