namespace HashBalancer.Registry;

/// <summary>The kinds of value a filter can look at.</summary>
internal enum FilterKind
{
    Text,
    Number,
    Flag,
    Texts,
    TextMap,
    Object,
    Objects,
    ObjectMap,
}

/// <summary>The members of an object that filters can name, by their names in Go.</summary>
internal sealed class FilterSchema
{
    private readonly Dictionary<string, FilterField> _fields = new(StringComparer.Ordinal);

    public FilterField? Find(string name) => _fields.GetValueOrDefault(name);

    public FilterSchema Add(string name, FilterKind kind, Func<object, object?> get, FilterSchema? inner = null)
    {
        _fields.Add(name, new FilterField(kind, get, inner));
        return this;
    }
}

/// <summary>One member: how to get it, and for objects what they are made of.</summary>
internal sealed record FilterField(FilterKind Kind, Func<object, object?> Get, FilterSchema? Inner);

/// <summary>A schema whose objects are of one type.</summary>
internal sealed class FilterSchema<T>
    where T : class
{
    public FilterSchema Untyped { get; } = new();

    public FilterSchema<T> Text(string name, Func<T, string?> get) => Add(name, FilterKind.Text, get);

    public FilterSchema<T> Number(string name, Func<T, int> get) => Add(name, FilterKind.Number, o => (long)get(o));

    public FilterSchema<T> Flag(string name, Func<T, bool> get) => Add(name, FilterKind.Flag, o => get(o));

    public FilterSchema<T> Texts(string name, Func<T, IReadOnlyList<string>?> get) => Add(name, FilterKind.Texts, get);

    public FilterSchema<T> TextMap(string name, Func<T, IReadOnlyDictionary<string, string>?> get) => Add(name, FilterKind.TextMap, get);

    public FilterSchema<T> Object<TInner>(string name, FilterSchema<TInner> inner, Func<T, TInner?> get)
        where TInner : class =>
        Add(name, FilterKind.Object, get, inner.Untyped);

    public FilterSchema<T> Objects<TInner>(string name, FilterSchema<TInner> inner, Func<T, IReadOnlyList<TInner>?> get)
        where TInner : class =>
        Add(name, FilterKind.Objects, get, inner.Untyped);

    public FilterSchema<T> ObjectMap<TInner>(string name, FilterSchema<TInner> inner, Func<T, IReadOnlyDictionary<string, TInner>?> get)
        where TInner : class =>
        Add(name, FilterKind.ObjectMap, o => get(o)?.ToDictionary(pair => pair.Key, object (pair) => pair.Value), inner.Untyped);

    private FilterSchema<T> Add(string name, FilterKind kind, Func<T, object?> get, FilterSchema? inner = null)
    {
        Untyped.Add(name, kind, o => get((T)o), inner);
        return this;
    }
}
