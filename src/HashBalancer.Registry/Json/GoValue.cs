namespace HashBalancer.Registry;

/// <summary>The kinds of JSON value, named as Go's encoding/json names them in its errors.</summary>
internal enum GoKind
{
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A parsed JSON value; conversions refuse with the very words of Go's encoding/json.</summary>
internal sealed class GoValue
{
    private GoValue(GoKind kind) => Kind = kind;

    public static GoValue Null { get; } = new(GoKind.Null);

    public GoKind Kind { get; }

    public bool IsNull => Kind == GoKind.Null;

    /// <summary>The text of a string, or of a number as it was written.</summary>
    public string Text { get; private init; } = "";

    public bool Flag { get; private init; }

    public IReadOnlyList<GoValue> Items { get; private init; } = [];

    /// <summary>Members in the order written; a name may stand twice, the last one counts.</summary>
    public IReadOnlyList<KeyValuePair<string, GoValue>> Members { get; private init; } = [];

    public static GoValue Of(bool value) => new(GoKind.Bool) { Flag = value };

    public static GoValue OfString(string text) => new(GoKind.String) { Text = text };

    public static GoValue OfNumber(string text) => new(GoKind.Number) { Text = text };

    public static GoValue OfArray(IReadOnlyList<GoValue> items) => new(GoKind.Array) { Items = items };

    public static GoValue OfObject(IReadOnlyList<KeyValuePair<string, GoValue>> members) => new(GoKind.Object) { Members = members };

    /// <summary>The value as a string; null gives the empty string.</summary>
    public string AsString(string field) => Kind switch
    {
        GoKind.String => Text,
        GoKind.Null => "",
        _ => throw Mismatch(field, "string"),
    };

    public bool AsBool(string field) => Kind switch
    {
        GoKind.Bool => Flag,
        GoKind.Null => false,
        _ => throw Mismatch(field, "bool"),
    };

    public int AsInt(string field) => Kind switch
    {
        GoKind.Null => 0,
        GoKind.Number when int.TryParse(Text, out int value) => value,
        GoKind.Number => throw Mismatch(field, "int", "number " + Text),
        _ => throw Mismatch(field, "int"),
    };

    public ulong AsUInt64(string field) => Kind switch
    {
        GoKind.Null => 0,
        GoKind.Number when ulong.TryParse(Text, out ulong value) => value,
        GoKind.Number => throw Mismatch(field, "uint64", "number " + Text),
        _ => throw Mismatch(field, "uint64"),
    };

    /// <summary>The elements as strings, or null for null.</summary>
    public IReadOnlyList<string>? AsStrings(string field) => Kind switch
    {
        GoKind.Null => null,
        GoKind.Array => [.. Items.Select(item => item.AsString(field))],
        _ => throw Mismatch(field, "[]string"),
    };

    /// <summary>The members as a map with the keys in ordinal order, as Go writes maps; null for null.</summary>
    public SortedDictionary<string, T>? AsMap<T>(string field, string goType, Func<GoValue, T> read)
    {
        if (Kind == GoKind.Null)
            return null;
        if (Kind != GoKind.Object)
            throw Mismatch(field, goType);
        var map = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach ((string key, GoValue value) in Members)
            map[key] = read(value);
        return map;
    }

    public SortedDictionary<string, string>? AsStringMap(string field) =>
        AsMap(field, "map[string]string", value => value.AsString(field));

    /// <summary>The refusal of this value for a Go type.</summary>
    public GoJsonException Mismatch(string field, string goType, string? found = null)
    {
        string what = found ?? (Kind == GoKind.Bool ? "bool" : Kind.ToString().ToLowerInvariant());
        string target = field.Length == 0 ? $"Go value of type {goType}" : $"Go struct field .{field} of type {goType}";
        return new GoJsonException($"json: cannot unmarshal {what} into {target}");
    }
}

/// <summary>Bytes that are no JSON, or JSON that does not fit; the message is the one Go's encoding/json would give.</summary>
internal sealed class GoJsonException(string message) : Exception(message);
