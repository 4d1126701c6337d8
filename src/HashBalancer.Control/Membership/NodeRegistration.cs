using System.Text.Json.Serialization;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What the registry says about one node: a <see cref="Node"/> without the counts of this gateway.</summary>
/// <param name="Id">The node's identity, unique in its pool: the ServiceID, or <c>node-name/ServiceID</c> where instances share one.</param>
/// <param name="Host">As <see cref="Node.Host"/>.</param>
/// <param name="Port">TCP port, 1 to 65535; 0 with a Unix socket.</param>
/// <param name="Weight">Declared relative capacity, 0 to <see cref="HashRing.MaximumWeight"/>; 0 owns no key. Default 1.</param>
/// <param name="State">Where the node is in its life. Default <see cref="NodeState.Up"/>.</param>
/// <param name="Zone">The node's zone, or null when it names none.</param>
public sealed record NodeRegistration(
    string Id, string Host, int Port, double Weight = 1.0, NodeState State = NodeState.Up, string? Zone = null)
{
    /// <summary>As <see cref="Node.IsTls"/>. Default false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTls { get; init; }
}
