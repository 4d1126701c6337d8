using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>How one sample node runs.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Service">The Consul service it is an instance of.</param>
/// <param name="Registry">Where it registers itself.</param>
/// <param name="Listen">Where it serves.</param>
/// <param name="CacheSize">How many keys it holds.</param>
/// <param name="Work">How it serves a request; null: at once.</param>
/// <param name="Ttl">After how long without a heartbeat the registry calls it critical.</param>
/// <param name="Registers">Whether it registers itself.</param>
internal sealed record SampleOptions(string Id, string Service, string Registry, ListenAddress Listen, int CacheSize, SampleWork? Work, TimeSpan Ttl, bool Registers);

/// <summary>What a request costs a sample node.</summary>
/// <param name="Slots">How many it serves at once; the others wait.</param>
/// <param name="Hit">How long it takes when the key is in the cache.</param>
/// <param name="Miss">How long when it is not.</param>
internal sealed record SampleWork(int Slots, TimeSpan Hit, TimeSpan Miss);
