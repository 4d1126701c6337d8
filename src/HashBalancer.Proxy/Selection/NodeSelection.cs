using HashBalancer.Ring;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>The node that one request goes to.</summary>
/// <param name="Node">The node, or null when no node could take it.</param>
/// <param name="Destination">Where YARP sends the request; null with the node.</param>
/// <param name="Reason">Why this node.</param>
internal readonly record struct NodeSelection(Node? Node, DestinationState? Destination, SelectionReason Reason);
