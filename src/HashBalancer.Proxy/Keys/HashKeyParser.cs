namespace HashBalancer.Proxy;

/// <summary>Turns lists of key sources as configuration writes them into chains.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class HashKeyParser
{
    private readonly Dictionary<string, IHashKeyKind> _kinds = new(StringComparer.Ordinal);
    private readonly string[] _allowed;

    /// <summary>Makes a parser.</summary>
    /// <param name="kinds">The kinds it knows.</param>
    /// <exception cref="ArgumentException">Two kinds have one name.</exception>
    public HashKeyParser(IEnumerable<IHashKeyKind> kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        foreach (IHashKeyKind kind in kinds)
        {
            if (!_kinds.TryAdd(kind.Name, kind))
                throw new ArgumentException($"Two kinds of key sources are named '{kind.Name}': {_kinds[kind.Name].GetType()} and {kind.GetType()}.", nameof(kinds));
        }

        _allowed = [.. _kinds.Values.Select(FormOf).Order(StringComparer.Ordinal)];
    }

    /// <summary>The parser that knows the built-in kinds.</summary>
    public static HashKeyParser BuiltIn { get; } = new(BuiltInKinds.All);

    /// <summary>Parses a list of key sources.</summary>
    /// <param name="sources">Each <c>kind</c> or <c>kind:name</c>; kinds in lower case. May be empty.</param>
    /// <param name="chain">The chain; <see cref="HashKeyChain.Empty"/> when there are errors.</param>
    /// <param name="errors">Every fault of the list, in its order.</param>
    public bool TryParse(IReadOnlyList<string> sources, out HashKeyChain chain, out IReadOnlyList<HashKeyError> errors)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var parsed = new List<IHashKeySource>(sources.Count);
        var faults = new List<HashKeyError>();
        for (int position = 0; position < sources.Count; position++)
        {
            if (Fault(sources, position, parsed) is { } fault)
                faults.Add(fault);
        }

        chain = faults.Count > 0 || parsed.Count == 0 ? HashKeyChain.Empty : new HashKeyChain([.. sources], [.. parsed]);
        errors = faults;
        return faults.Count == 0;
    }

    private HashKeyError? Fault(IReadOnlyList<string> sources, int position, List<IHashKeySource> parsed)
    {
        string value = sources[position] ?? "";
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string kindName = colon < 0 ? value : value[..colon];
        string name = colon < 0 ? "" : value[(colon + 1)..];

        if (value.Length == 0)
            return Error("a key source may not be empty.");
        if (!_kinds.TryGetValue(kindName, out IHashKeyKind? kind))
            return Error($"'{kindName}' is no kind of key source.", NearestName.Of(kindName, _kinds.Keys));
        if (kind.TakesName && name.Length == 0)
            return Error($"a {kind.Name} needs a name after the colon.");
        if (!kind.TakesName && colon >= 0)
            return Error($"a {kind.Name} takes no name.");
        if (sources.Take(position).Contains(value, StringComparer.Ordinal))
            return Error("it stands in the list already and would never be asked.");
        if (!kind.TryCreate(name, out IHashKeySource? source, out string? problem))
            return Error($"the name is refused because {problem}.");

        parsed.Add(source);
        return null;

        HashKeyError Error(string problem, string? nearest = null) => new(position, value, problem, _allowed, nearest);
    }

    private static string FormOf(IHashKeyKind kind) => kind.TakesName ? $"{kind.Name}:<name>" : kind.Name;
}
