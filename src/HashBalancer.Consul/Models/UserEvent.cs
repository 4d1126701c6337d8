using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>A user event (event/fire, event/list).</summary>
public sealed record UserEvent
{
    /// <summary>The event's id, a UUID.</summary>
    public string ID { get; init; } = "";

    /// <summary>The event's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>What was sent along, base64 on the wire; null when nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonConverter(typeof(BytesConverter))]
    public byte[]? Payload { get; init; }

    /// <summary>Regular expression on node names; empty for all.</summary>
    public string NodeFilter { get; init; } = "";

    /// <summary>Regular expression on service names; empty for all.</summary>
    public string ServiceFilter { get; init; } = "";

    /// <summary>Regular expression on tags; empty for all.</summary>
    public string TagFilter { get; init; } = "";

    /// <summary>Version of the event format.</summary>
    public int Version { get; init; }

    /// <summary>Lamport time; 0 in the answer of event/fire.</summary>
    public ulong LTime { get; init; }
}
