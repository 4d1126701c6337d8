using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Simulation.Studies;

/// <summary>A way to choose nodes, all of them by the gateway's own code.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Policy">The pool's policy.</param>
internal sealed record Strategy(string Name, PoolPolicy Policy)
{
    /// <summary>Every key on its owner, whatever the load.</summary>
    public static Strategy PlainRing { get; } = new("plain ring", new PoolPolicy { Bound = null, AffinityWait = null, ShareHotKeys = false, HeedPace = false });

    /// <summary>Consistent hashing with bounded loads as published (Mirrokni, Thorup, Zadimoghaddam, SODA 2018), at the factor its users choose.</summary>
    public static Strategy ClassicBound { get; } = new("bounded load 1.25", PlainRing.Policy with { Bound = new LoadBound(1.25, 0) });

    /// <summary>What a pool does that configures nothing.</summary>
    public static Strategy Default { get; } = new("HashBalancer", new PoolPolicy());

    /// <summary>All, the ones to compare with first.</summary>
    public static IReadOnlyList<Strategy> All { get; } = [PlainRing, ClassicBound, Default];
}
