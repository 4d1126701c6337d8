using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Where requests with a key go, and why.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Hash">The key's hash in 16 hexadecimal digits; the first eight are its place on the circle.</param>
/// <param name="Arc">The stretch of the circle that the key lies in; null when no node serves.</param>
/// <param name="Owner">The ServiceID of the node that owns the key, or null when no node serves.</param>
/// <param name="Home">The node that would own the key if nothing had been rebalanced; the owner's unless <see cref="RingArc.IsOverride"/>.</param>
/// <param name="AssignmentVersion">The version of the rebalancer's decisions that is in force; 0: there was none yet.</param>
/// <param name="SnapshotVersion">The snapshot that this was read from.</param>
/// <param name="Sharers">Among how many nodes the key is shared because it is hot; 1: it is not.</param>
/// <param name="Node">The node that the next request with the key goes to at this moment; null: none can take it.</param>
/// <param name="Reason">Why that node, as <c>hashbalancer_selections_total</c> has it.</param>
/// <param name="Waits">Whether the request first waits a moment for its owner, which is over its bound.</param>
/// <param name="Walk">The nodes in the order in which they serve the key, eight at most.</param>
/// <param name="Aside">Nodes of the pool that are not on the ring.</param>
public sealed record KeyExplanation(
    string Pool, string Hash, ArcExplanation? Arc, string? Owner, string? Home, long AssignmentVersion, long SnapshotVersion, int Sharers, string? Node, string Reason, bool Waits,
    IReadOnlyList<NodeExplanation> Walk, IReadOnlyList<AsideNode> Aside);

/// <summary>A stretch of the circle, both ends included.</summary>
/// <param name="First">Its first position, of 2^32.</param>
/// <param name="Last">Its last position.</param>
/// <param name="Share">Its part of the key space, 0 to 1.</param>
/// <param name="IsOverride">Whether the rebalancer gave it to its owner.</param>
public sealed record ArcExplanation(uint First, uint Last, double Share, bool IsOverride);

/// <summary>A node on a key's way, as this gateway sees it.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Zone">Its zone, if it has one.</param>
/// <param name="Weight">Its weight in force.</param>
/// <param name="InFlight">Requests that this gateway has sent to it and that have not ended.</param>
/// <param name="IsFull">Whether one request more would put it over its bound.</param>
/// <param name="Pace">How fast it answers beside the others, above 0 to 1.</param>
/// <param name="Handicap">What its requests count among the nodes that share a hot key, 0.5 to 2.</param>
/// <param name="Obstacles">Why it is passed over for now: ejected, unhealthy.</param>
public sealed record NodeExplanation(
    string Id, string Address, string? Zone, double Weight, long InFlight, bool IsFull, double Pace, double Handicap, IReadOnlyList<string> Obstacles);

/// <summary>A node that is not on the ring.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="State">Why.</param>
public sealed record AsideNode(string Id, NodeState State);
