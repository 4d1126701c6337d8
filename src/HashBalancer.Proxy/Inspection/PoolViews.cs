using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>A pool as this gateway sees it now.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Source">Where its nodes come from.</param>
/// <param name="HashKeys">Where its keys come from, in order.</param>
/// <param name="Up">Nodes that serve.</param>
/// <param name="Draining">Nodes that take no new keys.</param>
/// <param name="Down">Nodes with a critical check.</param>
/// <param name="Ejected">Nodes that are passed over because their answers were bad.</param>
/// <param name="InFlight">Requests sent to its nodes and not yet finished.</param>
/// <param name="WaitingForAdmission">Requests that wait to be let in.</param>
/// <param name="WaitingForOwner">Requests that wait for their keys' nodes.</param>
/// <param name="HotKeys">Keys shared by several nodes because they are hot.</param>
/// <param name="IsPanicking">Whether so many nodes are bad that ejections are ignored.</param>
/// <param name="AssignmentVersion">The version of the rebalancer's decisions in force; 0: there was none yet.</param>
/// <param name="Overrides">Arcs that are away from home.</param>
/// <param name="Selections">Choices of a node since the process began, by reason.</param>
/// <param name="Errors">Requests answered with an error of the proxy's own, by reason; those that occurred.</param>
public sealed record PoolView(
    string Name, MembershipSource Source, IReadOnlyList<string> HashKeys, int Up, int Draining, int Down, int Ejected, long InFlight, long WaitingForAdmission, long WaitingForOwner,
    int HotKeys, bool IsPanicking, long AssignmentVersion, int Overrides, IReadOnlyDictionary<string, long> Selections, IReadOnlyDictionary<string, long> Errors);

/// <summary>A node as this gateway sees it now.</summary>
/// <param name="Id">Its ServiceID.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Zone">Its zone, if it has one.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Weight">Its weight in force.</param>
/// <param name="Share">The part of the key space that it owns, 0 to 1, overrides included.</param>
/// <param name="InFlight">Requests sent to it and not yet finished.</param>
/// <param name="Completed">Requests finished since the process began.</param>
/// <param name="Failed">Those of them without a usable response.</param>
/// <param name="LatencySeconds">The moving average of its response times; 0 before the first.</param>
/// <param name="Utilisation">The moving average of what it reports of itself; null when it reports nothing.</param>
/// <param name="Pace">How fast it answers beside the others, above 0 to 1.</param>
/// <param name="Handicap">What its requests count among the nodes that share a hot key, 0.5 to 2; above 1 it has been more utilised than the others.</param>
/// <param name="IsFull">Whether one request more would put it over its bound.</param>
/// <param name="Obstacles">Why it is passed over for now: ejected, unhealthy.</param>
/// <param name="Outcomes">Requests finished, by class of the status; those that occurred.</param>
public sealed record NodeView(
    string Id, string Address, string? Zone, NodeState State, double Weight, double Share, long InFlight, long Completed, long Failed, double LatencySeconds, double? Utilisation,
    double Pace, double Handicap, bool IsFull, IReadOnlyList<string> Obstacles, IReadOnlyDictionary<string, long> Outcomes);
