using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Balance.Peers;

/// <summary>Who takes part, in the order of tables.</summary>
internal static class BalancePeers
{
    public const string RingAlone = "ring alone";
    public const string HashBalancer = "HashBalancer";

    public static IReadOnlyList<IBalancePeer> All { get; } =
    [
        new Settled(HashBalancer, new HashBalancerPeer(), ["HashBalancer:Rebalancing:Mode=On"]),
        // The same gateway without anything that looks at loads: what hits a consistent hash can give.
        new Settled(RingAlone, new HashBalancerPeer(),
            ["HashBalancer:Rebalancing:Mode=Off", "HashBalancer:Pools:nodes:HotKeys=false", "HashBalancer:Pools:nodes:BoundFactor=0", "HashBalancer:Pools:nodes:Outliers:Enabled=false"]),
        new BalanceHAProxy("HAProxy", null, followsLoad: false),
        new BalanceHAProxy("HAProxy bound 125", 125, followsLoad: false),
        new BalanceHAProxy("HAProxy bound 150", 150, followsLoad: false),
        new BalanceHAProxy("HAProxy agent weights", null, followsLoad: true),
        new Settled("nginx", new NginxPeer(), []),
    ];

    /// <summary>A proxy of the comparison of costs, with further settings.</summary>
    private sealed class Settled(string name, IPeer peer, IReadOnlyList<string> settings) : IBalancePeer
    {
        public string Name => name;

        public string? Missing => peer.Missing(Front.Plain);

        public Task<RunningPeer> Start(PeerContext context, Fleet fleet, CancellationToken cancellation) =>
            peer.Start(context with { Settings = [.. context.Settings, .. settings] }, cancellation);
    }
}
