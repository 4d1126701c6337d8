using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>How one sample node runs.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Service">The Consul service it is an instance of.</param>
/// <param name="Registry">Where it registers itself.</param>
/// <param name="Listen">Where it serves.</param>
/// <param name="CacheSize">How many keys it holds.</param>
/// <param name="Ttl">After how long without a heartbeat the registry calls it critical.</param>
internal sealed record SampleOptions(string Id, string Service, string Registry, ListenAddress Listen, int CacheSize, TimeSpan Ttl);
