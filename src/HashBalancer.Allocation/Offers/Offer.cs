using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Offers;

/// <summary>A node that is held out to a framework; it counts as the framework's until it is declined or released.</summary>
/// <param name="Framework">To whom.</param>
/// <param name="Node">What, whole.</param>
/// <param name="At">When.</param>
public readonly record struct Offer(string Framework, string Node, TimeSpan At);

/// <summary>A node of the offered fleet.</summary>
internal sealed class OfferedNode(string name, ResourceVector resources)
{
    public string Name { get; } = name;

    public ResourceVector Resources { get; } = resources;

    /// <summary>Who was offered it and has not declined; null while it is free.</summary>
    public string? Holder { get; set; }
}

/// <summary>A framework: whoever schedules work of its own on what it is offered.</summary>
internal sealed class OfferedFramework(string name, string role)
{
    public string Name { get; } = name;

    public string Role { get; } = role;

    /// <summary>Whether it wants no offers for now.</summary>
    public bool Suppressed { get; set; }

    /// <summary>Until when a node is not shown to it again, by node.</summary>
    public Dictionary<string, TimeSpan> RefusedUntil { get; } = new(StringComparer.Ordinal);

    public bool Sees(string node, TimeSpan now) =>
        !Suppressed && (!RefusedUntil.TryGetValue(node, out TimeSpan until) || until <= now);
}
