namespace HashBalancer.Ring;

/// <summary>One node as the ring sees it: its identity and its share.</summary>
/// <param name="Id">The Consul ServiceID: the node's only identity on the ring; not empty.</param>
/// <param name="Weight">Declared relative capacity, 0 to 1000; 0 owns no key. Default 1.</param>
public readonly record struct RingMember(string Id, double Weight = 1.0);
