namespace HashBalancer.Registry;

/// <summary>What the registry says of itself: it is the one node of its datacenter, and its own leader.</summary>
/// <param name="NodeName">The node's name.</param>
/// <param name="NodeId">The node's id, a UUID.</param>
/// <param name="Address">The node's IP address.</param>
/// <param name="Datacenter">The datacenter's name.</param>
internal sealed record AgentIdentity(string NodeName, string NodeId, string Address, string Datacenter)
{
    /// <summary>The server address that status/leader names. Nothing listens there: there is no second server to talk to.</summary>
    public string LeaderAddress => $"{(Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]" : Address)}:8300";
}
