using System.Text.Json.Serialization;

namespace HashBalancer.Control;

/// <summary>What a pool asks of the registry: the set of service instances that are its nodes.</summary>
/// <remarks>Immutable. Two definitions that are equal need the same watch; lists are compared by their contents.</remarks>
/// <param name="Name">The pool's name: the id of its YARP cluster. 1 to 255 characters, none of them a control character; compared without regard to case.</param>
/// <param name="Service">The Consul service whose instances are the nodes. 1 to 255 characters, none of them a control character.</param>
public sealed record PoolDefinition(string Name, string Service)
{
    /// <summary>
    /// Whether a node must pass all its checks to serve, as Consul's own <c>only_passing</c>. Default false: a node serves while
    /// a check of it warns, with the weight that it declares for that; never while one is critical.
    /// </summary>
    public bool OnlyPassing { get; init; }

    /// <summary>Whether requests go to the nodes by TLS. Default false: only to those that ask for it by the setting <c>scheme</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tls { get; init; }

    /// <summary>The datacenter to ask; null (default) for the agent's own.</summary>
    public string? Datacenter { get; init; }

    /// <summary>Only instances that carry all of these tags are nodes, compared without regard to case. Default: none asked for.</summary>
    public IReadOnlyList<string> Tags
    {
        get;
        // Null is what a generated reader sets for a list that its file leaves out.
        init => field = value ?? [];
    } = [];

    /// <inheritdoc/>
    public bool Equals(PoolDefinition? other) =>
        other is not null && Name == other.Name && Service == other.Service && OnlyPassing == other.OnlyPassing && Tls == other.Tls
        && Datacenter == other.Datacenter && Tags.SequenceEqual(other.Tags, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Name);
        hash.Add(Service);
        hash.Add(OnlyPassing);
        hash.Add(Tls);
        hash.Add(Datacenter);
        foreach (string tag in Tags)
            hash.Add(tag);
        return hash.ToHashCode();
    }
}
