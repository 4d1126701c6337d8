using System.Runtime.InteropServices;
using HashBalancer.Ring;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>The node that one try of a request goes to.</summary>
/// <param name="Node">The node, or null when no node could take it.</param>
/// <param name="Destination">Where YARP sends the request; null with the node.</param>
/// <param name="Reason">Why this node.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeSelection(Node? Node, DestinationState? Destination, SelectionReason Reason)
{
    /// <summary>The node that should have served the key and is over its bound: the one to wait for. Null when there is none.</summary>
    public Node? Full { get; init; }

    /// <summary>Whether the try is counted in the node's <see cref="NodeLoad"/> already, so that no other request took its place.</summary>
    public bool IsBegun { get; init; }
}
