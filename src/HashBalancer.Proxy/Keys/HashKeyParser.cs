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
    /// <param name="sources">Each <c>kind</c> or <c>kind:name</c>, kinds in lower case; behind it forms of the key, <c>|lower</c> and <c>|trim</c>; several joined
    /// by <c>+</c> are one key. In names, <c>%2B</c>, <c>%7C</c> and <c>%25</c> stand for <c>+</c>, <c>|</c> and <c>%</c>. May be empty.</param>
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
        if (value.Length == 0)
            return Error("a key source may not be empty.");
        if (sources.Take(position).Contains(value, StringComparer.Ordinal))
            return Error("it stands in the list already and would never be asked.");
        List<IHashKeySource> parts = [];
        foreach (string part in value.Split('+'))
        {
            (IHashKeySource? source, string problem, string? nearest) = Part(part);
            if (source is null)
                return Error(problem, nearest);
            parts.Add(source);
        }

        parsed.Add(parts.Count == 1 ? parts[0] : new CompositeKey(parts));
        return null;

        HashKeyError Error(string problem, string? nearest = null) => new(position, value, problem, _allowed, nearest);
    }

    /// <summary>Reads <c>kind:name|form|form</c>; without a source, the problem says why.</summary>
    private (IHashKeySource? Source, string Problem, string? Nearest) Part(string text)
    {
        if (text.Length == 0)
            return (null, "a part of a key source may not be empty.", null);
        string[] pieces = text.Split('|');
        int colon = pieces[0].IndexOf(':', StringComparison.Ordinal);
        string kindName = colon < 0 ? pieces[0] : pieces[0][..colon];
        string name = colon < 0 ? "" : Plain(pieces[0][(colon + 1)..]);
        if (!_kinds.TryGetValue(kindName, out IHashKeyKind? kind))
            return (null, $"'{kindName}' is no kind of key source.", NearestName.Of(kindName, _kinds.Keys));
        if (kind.TakesName && name.Length == 0)
            return (null, $"a {kind.Name} needs a name after the colon.", null);
        if (!kind.TakesName && colon >= 0)
            return (null, $"a {kind.Name} takes no name.", null);
        if (!kind.TryCreate(name, out IHashKeySource? source, out string? problem))
            return (null, $"the name is refused because {problem}.", null);

        KeyForms forms = KeyForms.None;
        foreach (string form in pieces.Skip(1))
        {
            if (KeyFormNames.Of(form) is var one && one == KeyForms.None)
                return (null, $"'{form}' is no form of a key; there are {string.Join(", ", KeyFormNames.All)}.{NearestName.Hint(form, KeyFormNames.All)}", null);
            forms |= one;
        }

        return (forms == KeyForms.None ? source : new FormedKey(source, forms), "", null);
    }

    /// <summary>A name with the characters that would end it.</summary>
    private static string Plain(string name) => name
        .Replace("%2B", "+", StringComparison.OrdinalIgnoreCase).Replace("%7C", "|", StringComparison.OrdinalIgnoreCase)
        .Replace("%25", "%", StringComparison.Ordinal);

    private static string FormOf(IHashKeyKind kind) => kind.TakesName ? $"{kind.Name}:<name>" : kind.Name;
}
