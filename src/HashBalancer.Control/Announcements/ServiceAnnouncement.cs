namespace HashBalancer.Control;

/// <summary>What a service asks of the gateway in its tags, so that it needs no configuration there.</summary>
/// <remarks>Immutable; two announcements are equal when their contents are.</remarks>
/// <param name="Service">The Consul service.</param>
/// <param name="Routes">The routes it brings, in order of host and path; may be empty.</param>
/// <param name="HashKeys">The key sources in order, as <c>HashBalancer:Pools:&lt;name&gt;:HashKeys</c> takes them, not checked here; empty when it names none.</param>
public sealed record ServiceAnnouncement(string Service, IReadOnlyList<AnnouncedRoute> Routes, IReadOnlyList<string> HashKeys)
{
    /// <inheritdoc/>
    public bool Equals(ServiceAnnouncement? other) =>
        other is not null && Service == other.Service && Routes.SequenceEqual(other.Routes) && HashKeys.SequenceEqual(other.HashKeys, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Service, Routes.Count, HashKeys.Count);
}

/// <summary>One route of a service: the tag <c>hashbalancer.route=[HOST]/PATH</c>.</summary>
/// <param name="Path">A path template as ASP.NET Core routing reads it, such as <c>/items/{**rest}</c>.</param>
/// <param name="Host">The host that requests must name: a name, <c>*.name</c>, either with <c>:port</c>; null (default) for any.</param>
public sealed record AnnouncedRoute(string Path, string? Host = null);
