namespace HashBalancer.LoadTests.Nodes;

/// <summary>How one node of a run's own fleet serves.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Service">The Consul service it is an instance of.</param>
/// <param name="Registry">Where it registers itself.</param>
/// <param name="Port">Where it listens on the loopback; 0 picks a free port.</param>
/// <param name="AdvertisedPort">The port that it registers; 0 for its own.</param>
/// <param name="Work">What requests cost it.</param>
/// <param name="Ttl">After how long without a heartbeat the registry calls it critical.</param>
internal sealed record NodeOptions(string Id, string Service, string Registry, int Port, int AdvertisedPort, NodeWork Work, TimeSpan Ttl);

/// <summary>What a request costs a node.</summary>
/// <param name="Slots">How many it serves at once, the others wait; 0: each at once and without work.</param>
/// <param name="Hit">With slots: how long it takes when the key is in the cache.</param>
/// <param name="Miss">With slots: how long when it is not.</param>
/// <param name="Cache">How many keys it holds.</param>
internal sealed record NodeWork(int Slots, TimeSpan Hit, TimeSpan Miss, int Cache)
{
    public static readonly NodeWork None = new(0, TimeSpan.Zero, TimeSpan.Zero, 10_000);
}
